"""The function between CloudWatch Logs and OpenSearch: a document for each log event.

CloudWatch Logs puts several events into one record, and OpenSearch takes one document of a record: without it Firehose
can't deliver the one to the other (Firehose developer guide, "Writing to Firehose using CloudWatch Logs").
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, GetAtt, Ref, awslambda

from compiler.kinds.log_subscriptions.firehose_streams import backup_arn
from compiler.kinds.log_subscriptions.settings import LogSubscriptionSettings
from compiler.program.component import Grant, Platform
from compiler.shared.logs import Logs
from compiler.shared.platform_key import key_grant
from compiler.shared.shipped import Shipped, shipped

_SECONDS = 120
_FAILURE_ACTIONS = ("s3:ListBucket", "s3:PutObject")


def splitter(subscription: LogSubscriptionSettings, platform: Platform) -> Iterator[AWSObject]:
    """The function with its role and log, and where the batches go that Lambda gives up."""
    yield from shipped(platform, subscription, _function(subscription, platform))
    failed = awslambda.OnFailure(Destination=backup_arn(subscription, platform))
    yield awslambda.EventInvokeConfig(
        f"{subscription.splitter_id}Failures",
        FunctionName=Ref(subscription.splitter_id),
        Qualifier="$LATEST",
        DestinationConfig=awslambda.DestinationConfig(OnFailure=failed),
    )


def _function(subscription: LogSubscriptionSettings, platform: Platform) -> Shipped:
    log = f"/{platform.name}/{platform.environment}/{subscription.address.replace('.', '/')}/splitter"
    send = Grant(("firehose:PutRecordBatch",), (GetAtt(subscription.stream_id, "Arn"),))
    failed = enumerate(_failed(subscription, platform))
    return Shipped(
        logical_id=subscription.splitter_id,
        code="split_log_events",
        about=f"A document for each event of the log subscription {subscription.name}",
        log=Logs(log, subscription.logs.days),
        timeout=_SECONDS,
        grants=(
            ("Send", send),
            ("Variables", key_grant(platform, "lambda", "Decrypt")),
            *((f"Failed{number or ''}", grant) for number, grant in failed),
        ),
        variables={"FIELDS": str(subscription.fields).lower(), "STREAM": Ref(subscription.stream_id)},
    )


def _failed(subscription: LogSubscriptionSettings, platform: Platform) -> Iterator[Grant]:
    """What Lambda writes by the function's role of batches that it gave up: a part of what Firehose may do.

    Source: Lambda developer guide, "Capturing records of Lambda asynchronous invocations".
    """
    bucket = platform.components[str(subscription.backup)]
    for grant in platform.offered(bucket, "receive_logs").grants:
        actions = tuple(one for one in grant.actions if one in _FAILURE_ACTIONS or one.startswith("kms:"))
        yield Grant(actions, grant.resources, grant.conditions)
