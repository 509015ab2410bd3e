"""The collector beside a task's containers, which sends their traces to X-Ray.

Sources: ECS developer guide, "Specifying the AWS Distro for OpenTelemetry sidecar for AWS X-Ray integration in your
task definition"; the configuration `ecs-xray.yaml` of the image itself; ECS API, ContainerRestartPolicy.
"""

from __future__ import annotations

from troposphere import ecs

from compiler.program.component import Grant
from compiler.shared.container_rules import COLLECTOR
from compiler.shared.containers import log_configuration
from compiler.source.frozen import frozen

_CONFIGURATION = "--config=/etc/ecs/ecs-xray.yaml"
_STOP_SECONDS = 30
_USER = "1000"
"""Any that is not root: since version 0.35 the collector needs no more."""
_SEND = (
    "xray:GetSamplingRules",
    "xray:GetSamplingStatisticSummaries",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
"""They take no resource (service authorization reference of X-Ray)."""


@frozen()
class Tracing:
    """Which collector, and how much of the task's memory it takes at most."""

    image: str
    memory: int

    def container(self, log_group_id: str, task: str) -> ecs.ContainerDefinition:
        """Without it the task goes on: it is not essential, and is started again when it ends."""
        return ecs.ContainerDefinition(
            Name=COLLECTOR,
            Image=self.image,
            Command=[_CONFIGURATION],
            Essential=False,
            LogConfiguration=log_configuration(log_group_id, task),
            Memory=self.memory,
            RestartPolicy=ecs.RestartPolicy(Enabled=True),
            LinuxParameters=ecs.LinuxParameters(InitProcessEnabled=True),
            ReadonlyRootFilesystem=True,
            StopTimeout=_STOP_SECONDS,
            User=_USER,
        )


def trace_grants() -> tuple[tuple[str, Grant], ...]:
    """What the task's role takes to send traces, by statement id."""
    return (("Traces", Grant(_SEND, ("*",))),)
