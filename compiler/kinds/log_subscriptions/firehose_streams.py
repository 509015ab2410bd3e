"""Firehose streams that write log events to a bucket or to OpenSearch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, AWSProperty, GetAtt, Ref, firehose, iam, logs

from compiler.kinds.log_subscriptions.settings import LogSubscriptionSettings
from compiler.program.component import Grant, Platform, Value
from compiler.program.glue import needs_network, waits
from compiler.shared.log_targets import BucketSink, CollectionSink, DomainSink, LogTarget
from compiler.shared.logs import log_group
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.roles import policy, role
from compiler.shared.security_groups import security_group
from compiler.shared.subnets import private_subnets
from compiler.source.json_value import Json

_LOG_STREAM = "delivery"
_ROTATIONS = {
    "none": "NoRotation",
    "hour": "OneHour",
    "day": "OneDay",
    "week": "OneWeek",
    "month": "OneMonth",
}
_INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcs",
)
"""Firehose API reference, VpcConfiguration, which names no resources."""


class _Processor(firehose.Processor):  # type: ignore[misc]
    """troposphere does not know the type Decompression, which the resource's schema in CloudFormation has."""

    props: ClassVar[Mapping[str, Json]] = {**firehose.Processor.props, "Type": (str, True)}


def _processor(name: str, parameter: str, value: str) -> firehose.Processor:
    said = firehose.ProcessorParameter(ParameterName=parameter, ParameterValue=value)
    return _Processor(Type=name, Parameters=[said])


def delivery(
    subscription: LogSubscriptionSettings, platform: Platform, sink: BucketSink | DomainSink | CollectionSink
) -> Iterator[AWSObject]:
    """The stream with its role, its log and, in the network, its security group."""
    inside = needs_network(platform, subscription)
    yield log_group(subscription.log_group_id, subscription, subscription.logs, platform)
    yield logs.LogStream(
        f"{subscription.stem}LogStream", LogGroupName=Ref(subscription.log_group_id), LogStreamName=_LOG_STREAM
    )
    yield _role(subscription, inside)
    if inside:
        yield security_group(subscription.security_group_id, f"Firehose of the log subscription {subscription.name}")
    yield firehose.DeliveryStream(
        subscription.stream_id,
        DeliveryStreamType="DirectPut",
        DeliveryStreamEncryptionConfigurationInput=firehose.DeliveryStreamEncryptionConfigurationInput(
            KeyARN=KEY_ARN, KeyType="CUSTOMER_MANAGED_CMK"
        ),
        DependsOn=[*waits(platform, subscription), f"{subscription.stem}LogStream"],
        **_destination(subscription, platform, sink),
    )


def _role(subscription: LogSubscriptionSettings, inside: bool) -> iam.Role:
    """What may be done with the target stands in the policy of its uses.

    The trust is without a condition, as in the Firehose developer guide, "Allow Firehose to assume an IAM role":
    iam:PassRole already keeps a role to streams of its own account.
    """
    assume = Statement(
        Effect=Allow, Principal=Principal("Service", "firehose.amazonaws.com"), Action=[Action("sts", "AssumeRole")]
    )
    grants = [("Log", Grant(("logs:PutLogEvents",), (GetAtt(subscription.log_group_id, "Arn"),)))]
    grants += [("NetworkInterfaces", Grant(_INTERFACES, ("*",)))] if inside else []
    trusted = PolicyDocument(Version="2012-10-17", Statement=[assume])
    return role(subscription.role_id, trusted, [policy("deliver", grants)])


def _destination(
    subscription: LogSubscriptionSettings, platform: Platform, sink: BucketSink | DomainSink | CollectionSink
) -> Mapping[str, AWSProperty]:
    if isinstance(sink, BucketSink):
        return {"ExtendedS3DestinationConfiguration": _files(subscription, sink)}
    options = _documents(subscription, platform)
    if isinstance(sink, DomainSink):
        found = firehose.AmazonopensearchserviceDestinationConfiguration(
            DomainARN=sink.arn,
            IndexRotationPeriod=_ROTATIONS[subscription.rotation],
            BufferingHints=_hints(subscription, firehose.AmazonopensearchserviceBufferingHints),
            RetryOptions=firehose.AmazonopensearchserviceRetryOptions(DurationInSeconds=subscription.retry_seconds),
            **options,
        )
        return {"AmazonopensearchserviceDestinationConfiguration": found}
    found = firehose.AmazonOpenSearchServerlessDestinationConfiguration(
        CollectionEndpoint=sink.endpoint,
        BufferingHints=_hints(subscription, firehose.AmazonOpenSearchServerlessBufferingHints),
        RetryOptions=firehose.AmazonOpenSearchServerlessRetryOptions(DurationInSeconds=subscription.retry_seconds),
        **options,
    )
    return {"AmazonOpenSearchServerlessDestinationConfiguration": found}


def _files(subscription: LogSubscriptionSettings, sink: BucketSink) -> firehose.ExtendedS3DestinationConfiguration:
    """CloudWatch Logs sends events packed with gzip: they are unpacked, and written as files of one event group a line.

    Source: Firehose developer guide, "Decompress CloudWatch Logs" and "Custom prefixes for Amazon S3 objects".
    """
    unpack = _processor("Decompression", "CompressionFormat", "GZIP")
    lines = _processor("AppendDelimiterToRecord", "Delimiter", "\\n")
    prefix = f"log-subscriptions/{subscription.name}/"
    return firehose.ExtendedS3DestinationConfiguration(
        BucketARN=sink.arn,
        RoleARN=GetAtt(subscription.role_id, "Arn"),
        Prefix=f"{prefix}!{{timestamp:yyyy/MM/dd/HH}}/",
        ErrorOutputPrefix=f"{prefix}!{{firehose:error-output-type}}/!{{timestamp:yyyy/MM/dd}}/",
        BufferingHints=_hints(subscription, firehose.BufferingHints),
        CompressionFormat="GZIP",
        ProcessingConfiguration=firehose.ProcessingConfiguration(Enabled=True, Processors=[unpack, lines]),
        CloudWatchLoggingOptions=_errors(subscription),
    )


def _documents(subscription: LogSubscriptionSettings, platform: Platform) -> dict[str, Json]:
    options: dict[str, Json] = {
        "RoleARN": GetAtt(subscription.role_id, "Arn"),
        "IndexName": subscription.index or subscription.name,
        "S3BackupMode": "FailedDocumentsOnly",
        "S3Configuration": _backup(subscription, platform),
        "CloudWatchLoggingOptions": _errors(subscription),
    }
    if needs_network(platform, subscription):
        options["VpcConfiguration"] = firehose.VpcConfiguration(
            RoleARN=GetAtt(subscription.role_id, "Arn"),
            SecurityGroupIds=[Ref(subscription.security_group_id)],
            SubnetIds=private_subnets(platform),
        )
    return options


def _backup(subscription: LogSubscriptionSettings, platform: Platform) -> firehose.S3DestinationConfiguration:
    return firehose.S3DestinationConfiguration(
        BucketARN=backup_arn(subscription, platform),
        RoleARN=GetAtt(subscription.role_id, "Arn"),
        Prefix=f"log-subscriptions/{subscription.name}/",
        CompressionFormat="GZIP",
        CloudWatchLoggingOptions=_errors(subscription),
    )


def backup_arn(subscription: LogSubscriptionSettings, platform: Platform) -> Value:
    """The bucket for what OpenSearch does not get."""
    bucket = platform.components[str(subscription.backup)]
    assert isinstance(bucket, LogTarget)
    sink = bucket.log_sink(platform)
    assert isinstance(sink, BucketSink)
    return sink.arn


def _hints(subscription: LogSubscriptionSettings, form: type[AWSProperty]) -> AWSProperty:
    buffer = subscription.buffer
    return form(IntervalInSeconds=buffer.seconds, SizeInMBs=buffer.mib)


def _errors(subscription: LogSubscriptionSettings) -> firehose.CloudWatchLoggingOptions:
    return firehose.CloudWatchLoggingOptions(
        Enabled=True, LogGroupName=Ref(subscription.log_group_id), LogStreamName=_LOG_STREAM
    )
