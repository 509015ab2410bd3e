"""A private REST API that should become edge-optimized."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.source.json_value import Json
from reviewer.refusal import Rule, Subject


def _find(subject: Subject) -> Iterator[str]:
    before, after = (_type(value) for value in subject.both("EndpointConfiguration.Types"))
    if subject.stays and (before, after) == ("PRIVATE", "EDGE"):
        yield "a private API can't be made edge-optimized: make it regional in a deployment of its own before"


def _type(value: Json) -> Json:
    return value[0] if isinstance(value, list) and value else value


RULE = Rule(
    types=frozenset({"AWS::ApiGateway::RestApi"}),
    find=_find,
    source="https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-api-migration.html",
    properties=("EndpointConfiguration",),
)
