"""Flow logs: to a log group with the role that writes it, or to a bucket."""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, GetAtt, Ref, Sub, Tags, ec2

from compiler.kinds.network.settings import FlowLogsTo
from compiler.program.component import Component, Grant, Platform
from compiler.shared.flow_logs import FLOW_LOG_FOLDER
from compiler.shared.logs import Logs, log_group
from compiler.shared.roles import policy, role, trust
from compiler.shared.security_groups import VPC_ID

_ACTIONS = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")


def group_id(network: Component) -> str:
    return f"{network.stem}FlowLogGroup"


def to_group(network: Component, logs: Logs, platform: Platform, name: Tags) -> Iterator[AWSObject]:
    role_id = f"{network.stem}FlowLogRole"
    deliver = Grant(_ACTIONS, (GetAtt(group_id(network), "Arn"),))
    yield log_group(group_id(network), network, logs, platform)
    yield role(role_id, trust("vpc-flow-logs.amazonaws.com"), [policy("deliver", [("Deliver", deliver)])])
    yield ec2.FlowLog(
        f"{network.stem}FlowLog",
        ResourceId=Ref(VPC_ID),
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="cloud-watch-logs",
        LogGroupName=Ref(group_id(network)),
        DeliverLogsPermissionArn=GetAtt(role_id, "Arn"),
        Tags=name,
    )


def to_bucket(network: Component, to: FlowLogsTo, bucket: str, name: Tags) -> ec2.FlowLog:
    """`bucket` is its ARN, or text for Fn::Sub that gives it.

    AWS delivers to buckets as itself: there is no role, and the bucket's policy lets it write.
    """
    folder = f"{bucket}/{FLOW_LOG_FOLDER}/"
    return ec2.FlowLog(
        f"{network.stem}BucketFlowLog",
        ResourceId=Ref(VPC_ID),
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="s3",
        LogDestination=Sub(folder) if "${" in folder else folder,
        DestinationOptions=ec2.DestinationOptions(
            FileFormat="parquet" if to.format == "parquet" else "plain-text",
            HiveCompatiblePartitions=to.hive,
            PerHourPartition=to.hourly,
        ),
        Tags=name,
        **({"LogFormat": " ".join(f"${{{field}}}" for field in to.fields)} if to.fields else {}),
    )
