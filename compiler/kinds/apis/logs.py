"""Logs of APIs: what a line says, where it goes, and the role of the account that some types need."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import cast

from awacs.aws import Action, Allow, PolicyDocument, Principal, Statement
from troposphere import AWSObject, GetAtt, Sub, apigateway, iam

from compiler.kinds.apis.settings import ApiSettings
from compiler.program.component import Platform
from compiler.shared.logs import Logs, log_group

ACCOUNT_ID = "ApiGatewayAccount"
"""One for a platform, whichever of its APIs asks for it: the setting is one of the whole account and region."""
_ROLE_ID = "ApiGatewayLogRole"
_HTTP = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "route": "$context.routeKey",
    "protocol": "$context.protocol",
    "status": "$context.status",
    "length": "$context.responseLength",
    "latency": "$context.responseLatency",
    "integrationLatency": "$context.integrationLatency",
    "integrationStatus": "$context.integrationStatus",
    "integrationError": "$context.integrationErrorMessage",
    "authorizerError": "$context.authorizer.error",
    "error": "$context.error.message",
}
"""Line of the access log (API Gateway developer guide, logging variables of HTTP APIs)."""
_REST = {
    **{key: value for key, value in _HTTP.items() if key not in ("route", "integrationError")},
    "resource": "$context.resourcePath",
    "integrationError": "$context.integration.error",
    "apiKey": "$context.identity.apiKeyId",
    "firewall": "$context.wafResponseCode",
    "trace": "$context.xrayTraceId",
}
"""API Gateway developer guide, variables for access logging of REST APIs."""
_WEBSOCKET = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "userAgent": "$context.identity.userAgent",
    "event": "$context.eventType",
    "route": "$context.routeKey",
    "connection": "$context.connectionId",
    "message": "$context.messageId",
    "status": "$context.status",
    "integrationLatency": "$context.integrationLatency",
    "integrationStatus": "$context.integrationStatus",
    "integrationError": "$context.integration.error",
    "authorizerError": "$context.authorizer.error",
    "error": "$context.error.message",
}
"""API Gateway developer guide, configure logging for WebSocket APIs."""
_LINES: Mapping[str, Mapping[str, str]] = {"http": _HTTP, "rest": _REST, "websocket": _WEBSOCKET}


def access_log_group(platform: Platform, api: ApiSettings) -> AWSObject:
    """HTTP APIs write through log delivery, which adds each log group to the region's one policy of 5120 characters,
    except those under /aws/vendedlogs/ (CloudWatch Logs user guide, logs sent by AWS services)."""
    name = api.logs.name or f"/aws/vendedlogs/{platform.name}/{platform.environment}/{api.name}"
    return log_group(api.log_group_id, api, Logs(name, api.logs.days), platform)


def access_log(api: ApiSettings) -> dict[str, object]:
    """Settings of a stage, whose property has the same fields in both of API Gateway's interfaces."""
    line = json.dumps(_LINES[api.type], separators=(",", ":"))
    return {"DestinationArn": GetAtt(api.log_group_id, "Arn"), "Format": line}


def execution_log_group(platform: Platform, api: ApiSettings) -> AWSObject:
    """The group that API Gateway would make itself, unencrypted and forever (developer guide, CloudWatch logging)."""
    name = cast(str, Sub(f"API-Gateway-Execution-Logs_${{{api.main_id}}}/{api.stage_name}"))
    return log_group(execution_log_group_id(api), api, Logs(name, api.logs.days), platform)


def execution_log_group_id(api: ApiSettings) -> str:
    return f"{api.main_id}ExecutionLogGroup"


def log_group_ids(api: ApiSettings) -> tuple[str, ...]:
    """Logical ids of all log groups of an API."""
    return (api.log_group_id, *((execution_log_group_id(api),) if api.type == "rest" else ()))


def account_needs(platform: Platform) -> list[str]:
    """What must be there before a stage that logs with the account's role, if the platform has it."""
    return [ACCOUNT_ID] if any(_sets_role(one) for one in platform.of(ApiSettings)) else []


def account_role(platform: Platform, api: ApiSettings) -> Iterator[AWSObject]:
    """The setting and its role, from the first API that asks for them.

    Both stay when they leave the spec: other stages of the account may log with them. API Gateway tests the role for
    just this managed policy's permissions when it is set (developer guide, permissions for CloudWatch logging).
    """
    if next((one for one in platform.of(ApiSettings) if _sets_role(one)), None) is not api:
        return
    stay = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    managed = Sub("arn:${AWS::Partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")
    yield iam.Role(_ROLE_ID, AssumeRolePolicyDocument=_trust(), ManagedPolicyArns=[managed], **stay)
    yield apigateway.Account(ACCOUNT_ID, CloudWatchRoleArn=GetAtt(_ROLE_ID, "Arn"), **stay)


def _sets_role(api: ApiSettings) -> bool:
    return api.account_log_role == "create"


def _trust() -> PolicyDocument:
    """Without aws:SourceAccount: the guide's policy has none, and API Gateway refuses a role that it can't assume."""
    gateway = Statement(
        Effect=Allow,
        Principal=Principal("Service", "apigateway.amazonaws.com"),
        Action=[Action("sts", "AssumeRole")],
    )
    return PolicyDocument(Version="2012-10-17", Statement=[gateway])
