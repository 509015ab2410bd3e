"""Target groups: what the load balancer speaks with the tasks, and how it shares requests out."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
load_balancer:
  certificate: arn:aws:acm:us-east-1:222222222222:certificate/12345678-1234-1234-1234-123456789012
"""


def group(settings: str) -> dict[str, Json]:
    text = f"{HEAD}services: {{web: {{image: 'w:1', port: 8080, ingress: {{public: true, {settings}}}}}}}"
    found: dict[str, Json] = resources(compiled(text))["WebServicePublicTargetGroup"]["Properties"]
    return found


def attributes(settings: str) -> dict[str, str]:
    return {one["Key"]: one["Value"] for one in group(settings)["TargetGroupAttributes"]}


@pytest.mark.parametrize(
    ("settings", "version", "matcher"),
    [
        ("priority: 1", None, {"HttpCode": "200-299"}),
        ("protocol: http2, healthy_codes: '200'", "HTTP2", {"HttpCode": "200"}),
        ("protocol: grpc", "GRPC", {"GrpcCode": "0,12"}),
        ("protocol: grpc, healthy_grpc_codes: '0'", "GRPC", {"GrpcCode": "0"}),
    ],
)
def test_protocol(settings: str, version: str | None, matcher: Json) -> None:
    found = group(settings)
    assert (found.get("ProtocolVersion"), found["Protocol"]) == (version, "HTTP")
    assert found["Matcher"] == matcher


def test_clients_and_tasks_are_not_tied_by_default() -> None:
    assert attributes("drain_seconds: 10") == {"deregistration_delay.timeout_seconds": "10"}


def test_sticky_clients_and_slow_start() -> None:
    found = attributes("sticky_seconds: 3600, slow_start_seconds: 60")
    assert found["stickiness.enabled"] == "true"
    assert found["stickiness.type"] == "lb_cookie"
    assert found["stickiness.lb_cookie.duration_seconds"] == "3600"
    assert found["slow_start.duration_seconds"] == "60"
