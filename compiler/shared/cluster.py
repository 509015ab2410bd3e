"""The ECS cluster, as the tasks see it that run in it."""

from __future__ import annotations

from troposphere import GetAtt

from compiler.program.component import Component, Grant
from compiler.shared.platform_key import KEY_ARN
from compiler.source.frozen import frozen

CLUSTER_ID = "EcsCluster"
CLUSTER_ARN = GetAtt(CLUSTER_ID, "Arn")
EXEC_LOGS_ID = "EcsExecLogGroup"


@frozen(kw_only=True)
class TaskCluster(Component):
    """What tasks and their alarms ask the cluster for."""

    container_insights: str
    namespace: str | None


def exec_grants() -> tuple[tuple[str, Grant], ...]:
    """What a task role needs so that people may execute commands in its containers, by statement id.

    The SSM channels and DescribeLogGroups take no resource. Source: ECS developer guide, "Using ECS Exec".
    """
    channels = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
    streams = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
    return (
        ("ExecChannels", Grant(tuple(f"ssmmessages:{one}" for one in channels), ("*",))),
        ("ExecLogGroups", Grant(("logs:DescribeLogGroups",), ("*",))),
        ("ExecLog", Grant(streams, (GetAtt(EXEC_LOGS_ID, "Arn"),))),
        ("ExecKey", Grant(("kms:Decrypt",), (KEY_ARN,))),
    )
