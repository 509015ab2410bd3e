"""Log groups of what pods write: those of the CloudWatch agent, and that of Fargate's log router.

The agent would create its own, without a key and without retention; Fargate's router writes once there is a ConfigMap.
Source: CloudWatch user guide, "Set up Fluent Bit as a DaemonSet to send logs to CloudWatch Logs"; Amazon EKS user
guide, "Start AWS Fargate logging for your cluster".
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, GetAtt, iam

from compiler.kinds.clusters.rules import INSIGHTS
from compiler.kinds.clusters.settings import ClusterSettings
from compiler.program.component import Grant, Platform
from compiler.shared.logs import Logs, log_group
from compiler.shared.roles import policy

_METRICS = "performance"
"""Lines that CloudWatch makes metrics of, nothing to search in."""
_AGENT = ("application", "dataplane", "host", _METRICS)


def agent_groups(cluster: ClusterSettings) -> list[str]:
    """Logical ids of the groups that the agent writes to, where there is one."""
    return [cluster.part(word, "LogGroup") for word in _AGENT] if INSIGHTS in cluster.addons else []


def pod_groups(cluster: ClusterSettings) -> list[str]:
    """Logical ids of the groups with log events of pods and nodes."""
    metrics = cluster.part(_METRICS, "LogGroup")
    fargate = [_fargate_group(cluster)] if cluster.fargate else []
    return [*(one for one in agent_groups(cluster) if one != metrics), *fargate]


def pod_logs(cluster: ClusterSettings, platform: Platform) -> Iterator[AWSObject]:
    name = cluster.physical(platform)
    for word, group in zip(_AGENT, agent_groups(cluster), strict=False):
        settings = Logs(f"/aws/containerinsights/{name}/{word}", cluster.log_days)
        yield log_group(group, cluster, settings, platform)
    if cluster.fargate:
        yield log_group(_fargate_group(cluster), cluster, Logs(f"/aws/eks/{name}/fargate", cluster.log_days), platform)


def fargate_logging(cluster: ClusterSettings) -> iam.Policy:
    """What the router may do with the role that starts pods. It makes no group of its own."""
    actions = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
    return policy("logs", [("Logs", Grant(actions, (GetAtt(_fargate_group(cluster), "Arn"),)))])


def _fargate_group(cluster: ClusterSettings) -> str:
    return cluster.part("FargateLogGroup")
