"""Routes of APIs that anyone may call: who is warned of them, and where the reason goes."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.api_specs import HEAD, JWT
from tests.kinds.building import compiled, faults, resources, warnings

OPEN = '"ANY /{proxy+}": api'
PROBE = '"GET /health": {to: api, auth: none}'


def spec(settings: str, routes: str) -> str:
    return f"{HEAD}apis: {{public: {{routes: {{{routes}}}{', ' if settings else ''}{settings}}}}}\n"


def route(found: dict[str, Json]) -> Json:
    (one,) = (body for body in found.values() if body["Type"] == "AWS::ApiGatewayV2::Route")
    return one


@pytest.mark.parametrize(
    ("settings", "routes", "shown"),
    [
        ("", OPEN, "'ANY /{proxy+}'"),
        ("", f"{OPEN}, {PROBE}", "'ANY /{proxy+}', 'GET /health'"),
        ("auth: iam", f"{OPEN}, {PROBE}", "'GET /health'"),
        ("type: rest, account_log_role: existing", OPEN, "'ANY /{proxy+}'"),
        ("", "GET /a: api, GET /b: api, GET /c: api, GET /d: api", "'GET /a', 'GET /b', 'GET /c' and 1 more"),
        (
            "type: websocket, account_log_role: existing",
            "$connect: api, $default: api",
            "'$connect'",
        ),
    ],
)
def test_a_route_that_anyone_may_call_without_a_reason_is_told(settings: str, routes: str, shown: str) -> None:
    (warning,) = warnings(spec(settings, routes))
    assert (warning.code, warning.component) == ("open-route", "apis.public")
    assert warning.message == f"anyone may call {shown}: no authorization is set"


@pytest.mark.parametrize(
    ("settings", "routes"),
    [
        ("auth: iam", OPEN),
        (f"auth: jwt, {JWT}", OPEN),
        ("reason: a shop window", OPEN),
        ("", '"ANY /{proxy+}": {to: api, reason: a shop window}'),
        ("auth: iam", '"GET /health": {to: api, auth: none, reason: probes}'),
        ("type: rest, account_log_role: existing, allow_from: [203.0.113.0/24]", OPEN),
        ("type: websocket, account_log_role: existing, auth: iam", "$connect: api, $default: api"),
    ],
)
def test_a_route_with_authorization_a_reason_or_a_closed_door_is_not_told(settings: str, routes: str) -> None:
    assert warnings(spec(settings, routes)) == ()


@pytest.mark.parametrize(
    ("settings", "routes", "expected"),
    [
        ("reason: a shop window", OPEN, "a shop window"),
        ("reason: a shop window", '"GET /health": {to: api, reason: probes}', "probes"),
        ("auth: iam, reason: probes", PROBE, "probes"),
    ],
)
def test_the_reason_of_the_api_is_that_of_its_open_routes(settings: str, routes: str, expected: str) -> None:
    found = route(dict(resources(compiled(spec(settings, routes)))))
    assert found["Metadata"] == {"checkov": {"skip": [{"id": "CKV_AWS_309", "comment": expected}]}}


def test_the_reason_of_the_api_is_of_no_route_with_authorization() -> None:
    text = spec("auth: iam, reason: probes", f"{OPEN}, {PROBE}")
    found = [body for body in dict(resources(compiled(text))).values() if body["Type"] == "AWS::ApiGatewayV2::Route"]
    assert sorted("Metadata" in one for one in found) == [False, True]


def test_a_reason_without_an_open_route_is_refused() -> None:
    (fault,) = faults(spec("auth: iam, reason: probes", OPEN))
    assert (fault.code, fault.message) == (
        "unused-setting",
        "'reason' is only for public routes, and all routes have authorization",
    )
