"""The function between CloudWatch Logs and OpenSearch: a document for each log event.

CloudWatch Logs puts several events into one record, and OpenSearch takes one document of a record: without it Firehose
can't deliver the one to the other (Firehose developer guide, "Writing to Firehose using CloudWatch Logs").
"""

from __future__ import annotations

from collections.abc import Iterator

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Ref, awslambda

from compiler.kinds.log_subscriptions.firehose_streams import backup_arn
from compiler.kinds.log_subscriptions.settings import LogSubscriptionSettings
from compiler.kinds.log_subscriptions.splitter_code import SOURCE
from compiler.program.component import Grant, Platform
from compiler.shared.platform_key import KEY_ARN, key_grant
from compiler.shared.roles import policy, role

_RUNTIME = "python3.13"
_MEMORY = 256
_SECONDS = 120
_FAILURE_ACTIONS = ("s3:ListBucket", "s3:PutObject")
_TRACE_ACTIONS = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
"""X-Ray knows no resources for them (service authorization reference)."""


def splitter(subscription: LogSubscriptionSettings, platform: Platform) -> Iterator[AWSObject]:
    """The function and its role."""
    role_id = f"{subscription.splitter_id}Role"
    assume = Statement(
        Effect=Allow, Principal=Principal("Service", "lambda.amazonaws.com"), Action=[Action("sts", "AssumeRole")]
    )
    grants = [
        ("Logs", Grant(("logs:CreateLogStream", "logs:PutLogEvents"), (GetAtt(subscription.log_group_id, "Arn"),))),
        ("Send", Grant(("firehose:PutRecordBatch",), (GetAtt(subscription.stream_id, "Arn"),))),
        ("Traces", Grant(_TRACE_ACTIONS, ("*",))),
        ("Variables", key_grant(platform, "lambda", "Decrypt")),
        *((f"Failed{number or ''}", grant) for number, grant in enumerate(_failed(subscription, platform))),
    ]
    yield role(role_id, PolicyDocument(Version="2012-10-17", Statement=[assume]), [policy("run", grants)])
    yield awslambda.Function(
        subscription.splitter_id,
        Description=f"A document for each event of the log subscription {subscription.name}",
        Runtime=_RUNTIME,
        Architectures=["arm64"],
        Handler="index.handler",
        Code=awslambda.Code(ZipFile=SOURCE),
        MemorySize=_MEMORY,
        Timeout=_SECONDS,
        Role=GetAtt(role_id, "Arn"),
        KmsKeyArn=KEY_ARN,
        Environment=awslambda.Environment(
            Variables={"FIELDS": str(subscription.fields).lower(), "STREAM": Ref(subscription.stream_id)}
        ),
        LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(subscription.log_group_id)),
        TracingConfig=awslambda.TracingConfig(Mode="Active"),
    )
    yield awslambda.EventInvokeConfig(
        f"{subscription.splitter_id}Failures",
        FunctionName=Ref(subscription.splitter_id),
        Qualifier="$LATEST",
        DestinationConfig=awslambda.DestinationConfig(
            OnFailure=awslambda.OnFailure(Destination=backup_arn(subscription, platform))
        ),
        # Lambda looks whether the role may write there
        DependsOn=[role_id],
    )


def _failed(subscription: LogSubscriptionSettings, platform: Platform) -> Iterator[Grant]:
    """What Lambda writes by the function's role of events that it gave up: of all that Firehose may, the part it needs.

    Source: Lambda developer guide, "Capturing records of Lambda asynchronous invocations".
    """
    bucket = platform.components[str(subscription.backup)]
    for grant in platform.offered(bucket, "receive_logs").grants:
        actions = tuple(one for one in grant.actions if one in _FAILURE_ACTIONS or one.startswith("kms:"))
        yield Grant(actions, grant.resources, grant.conditions)
