"""The ECS cluster of a platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, ecs, servicediscovery

from compiler.kinds.encryption import KEY_ARN
from compiler.program.component import Component, Grant, Output, Platform, Value
from compiler.program.frozen import frozen
from compiler.shared.logs import Logs, log_group
from compiler.shared.security_groups import VPC_ID

CLUSTER_ID = "EcsCluster"
NAMESPACE_ID = "EcsNamespace"
_EXEC_LOGS_ID = "EcsExecLogGroup"


@frozen(kw_only=True)
class Cluster(Component):
    """A Fargate cluster; sessions of ECS Exec are encrypted and recorded."""

    container_insights: str
    namespace: str | None
    logs: Logs

    @property
    def main_id(self) -> str:
        return CLUSTER_ID

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield log_group(_EXEC_LOGS_ID, self, self.logs, platform)
        yield ecs.Cluster(
            CLUSTER_ID,
            CapacityProviders=["FARGATE", "FARGATE_SPOT"],
            DefaultCapacityProviderStrategy=[ecs.CapacityProviderStrategyItem(CapacityProvider="FARGATE", Weight=1)],
            ClusterSettings=[ecs.ClusterSetting(Name="containerInsights", Value=self.container_insights)],
            Configuration=ecs.ClusterConfiguration(ExecuteCommandConfiguration=_execute_command()),
        )
        if any(is_called(platform, one) for one in platform.components.values()):
            about = f"Services of {platform.name} {platform.environment} by name"
            yield servicediscovery.PrivateDnsNamespace(
                NAMESPACE_ID, Name=namespace(platform), Vpc=Ref(VPC_ID), Description=about
            )

    def attributes(self) -> Mapping[str, Value]:
        return {"name": Ref(CLUSTER_ID), "arn": GetAtt(CLUSTER_ID, "Arn")}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}ClusterName", Ref(CLUSTER_ID), "Name of the ECS cluster")


def namespace(platform: Platform) -> str:
    """The domain that the names of services end with. Known without AWS, so that two services may call each other."""
    said = next((one.namespace for one in platform.of(Cluster)), None)
    return said or f"{platform.name}-{platform.environment}.internal"


def is_called(platform: Platform, component: Component) -> bool:
    """Whether the component is a service that others send requests to by its name."""
    return component.section == "services" and bool(platform.edges_to(component, "call"))


def _execute_command() -> ecs.ExecuteCommandConfiguration:
    return ecs.ExecuteCommandConfiguration(
        KmsKeyId=KEY_ARN,
        Logging="OVERRIDE",
        LogConfiguration=ecs.ExecuteCommandLogConfiguration(
            CloudWatchLogGroupName=Ref(_EXEC_LOGS_ID),
            CloudWatchEncryptionEnabled=True,
        ),
    )


def exec_grants() -> tuple[tuple[str, Grant], ...]:
    """What a task role needs so that people may execute commands in its containers, by statement id.

    The SSM channels and DescribeLogGroups take no resource. Source: ECS developer guide, "Using ECS Exec".
    """
    channels = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
    streams = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
    return (
        ("ExecChannels", Grant(tuple(f"ssmmessages:{one}" for one in channels), ("*",))),
        ("ExecLogGroups", Grant(("logs:DescribeLogGroups",), ("*",))),
        ("ExecLog", Grant(streams, (GetAtt(_EXEC_LOGS_ID, "Arn"),))),
        ("ExecKey", Grant(("kms:Decrypt",), (KEY_ARN,))),
    )


KIND = Cluster
