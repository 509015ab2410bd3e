"""Subscription filters, and what allows CloudWatch Logs to send."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from awacs.aws import Action, Allow, Condition, PolicyDocument, Principal, Statement, StringLike
from troposphere import AWSObject, GetAtt, Ref, Sub, awslambda, iam, logs

from compiler.kinds.log_subscriptions.settings import LogSubscriptionSettings
from compiler.kinds.log_subscriptions.sources import groups
from compiler.program.component import Grant, Platform, Value
from compiler.shared.roles import policy, role
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

SERVICE = "logs.amazonaws.com"
OWN_LOGS = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:"
"""The start of the ARN of what belongs to CloudWatch Logs in this account and region."""


@frozen(eq=True)
class Destination:
    """Where the filters send to."""

    arn: Value
    run_by: Value | None = None
    """Of a function: what a permission names."""
    role_id: str | None = None
    """Of Firehose and of a stream: the role that may write."""
    after: tuple[str, ...] = ()
    """What CloudWatch Logs needs when it tries out a new filter."""
    options: Mapping[str, Json] = field(default_factory=dict)


def filters(subscription: LogSubscriptionSettings, platform: Platform, destination: Destination) -> Iterator[AWSObject]:
    """A filter for each log group, and for a function a permission for each."""
    for group in groups(subscription, platform):
        filter_id = f"{subscription.stem}Of{group.suffix}"
        after = destination.after
        if destination.run_by is not None:
            yield permission(f"{filter_id}Permission", destination.run_by, group.arn)
            after = (*after, f"{filter_id}Permission")
        by = {"RoleArn": GetAtt(destination.role_id, "Arn")} if destination.role_id else {}
        yield logs.SubscriptionFilter(
            filter_id,
            LogGroupName=group.name,
            FilterPattern=subscription.pattern,
            DestinationArn=destination.arn,
            **by,
            **destination.options,
            **({"DependsOn": list(after)} if after else {}),
        )


def permission(logical_id: str, function: Value, groups: Value) -> awslambda.Permission:
    """CloudWatch Logs may run a function for log groups of this account, whose ARNs end with ``:*``.

    Source: CloudWatch Logs user guide, "Subscription filters with AWS Lambda".
    """
    return awslambda.Permission(
        logical_id,
        Action="lambda:InvokeFunction",
        FunctionName=function,
        Principal=SERVICE,
        SourceAccount=Ref("AWS::AccountId"),
        SourceArn=groups,
    )


def sending_role(logical_id: str, grant: Grant | None) -> iam.Role:
    """By which CloudWatch Logs writes, for log groups of this account and region alone.

    Source: CloudWatch Logs user guide, "Subscription filters with Amazon Kinesis Data Streams".
    """
    own = StringLike({"aws:SourceArn": Sub(f"{OWN_LOGS}*")})
    assume = Statement(
        Effect=Allow,
        Principal=Principal("Service", SERVICE),
        Action=[Action("sts", "AssumeRole")],
        Condition=Condition(own),
    )
    trusted = PolicyDocument(Version="2012-10-17", Statement=[assume])
    return role(logical_id, trusted, [policy("send", [("Send", grant)])] if grant else [])
