"""The role that a Lambda function runs with, before its uses add to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from awacs.aws import Action, Allow, ArnLike, Condition, Deny, PolicyDocument, Principal, Statement
from troposphere import GetAtt, Sub, iam

from compiler.program.component import Grant, Platform
from compiler.program.glue import statement
from compiler.shared.platform_key import key_grant
from compiler.shared.roles import role

_INTERFACE_ACTIONS = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
"""Lambda asks for them on all resources (Lambda developer guide, giving functions access to a VPC)."""
_TRACE_ACTIONS = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
"""X-Ray knows no resources for them (service authorization reference)."""


def execution_role(platform: Platform, logical_id: str, log_group_id: str, inside: bool) -> iam.Role:
    """May write to its own log group, send traces, read its variables and, `inside` the network, have interfaces."""
    variables = statement("Variables", key_grant(platform, "lambda", "Decrypt"))
    return _role(logical_id, [*_own(log_group_id), variables, *(_interfaces() if inside else ())])


def shipped_role(logical_id: str, log_group_id: str, inside: bool, grants: Sequence[tuple[str, Grant]]) -> iam.Role:
    """The same for a function without variables, which may do what `grants` say."""
    more = [statement(sid, grant) for sid, grant in grants]
    return _role(logical_id, [*_own(log_group_id), *(_interfaces() if inside else ()), *more])


def _role(logical_id: str, statements: Sequence[Statement]) -> iam.Role:
    document = PolicyDocument(Version="2012-10-17", Statement=list(statements))
    return role(logical_id, _trust(), [iam.Policy(PolicyName="run", PolicyDocument=document)])


def _own(log_group_id: str) -> Iterator[Statement]:
    log_events = ("logs:CreateLogStream", "logs:PutLogEvents")
    yield statement("Logs", Grant(log_events, (GetAtt(log_group_id, "Arn"),)))
    yield statement("Traces", Grant(_TRACE_ACTIONS, ("*",)))


def _interfaces() -> Iterator[Statement]:
    """For Lambda alone: the function's own code, whose calls carry lambda:SourceFunctionArn, may not use them."""
    yield statement("NetworkInterfaces", Grant(_INTERFACE_ACTIONS, ("*",)))
    functions = Sub("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:*")
    yield Statement(
        Sid="NetworkInterfacesNotFromCode",
        Effect=Deny,
        Action=[Action(*one.split(":")) for one in _INTERFACE_ACTIONS],
        Resource=["*"],
        Condition=Condition(ArnLike({"lambda:SourceFunctionArn": functions})),
    )


def _trust() -> PolicyDocument:
    """Without aws:SourceAccount: the Lambda guide does not say that the service sends it when it assumes the role, and
    iam:PassRole already keeps a role to functions of its own account."""
    lambda_only = Statement(
        Effect=Allow,
        Principal=Principal("Service", "lambda.amazonaws.com"),
        Action=[Action("sts", "AssumeRole")],
    )
    return PolicyDocument(Version="2012-10-17", Statement=[lambda_only])
