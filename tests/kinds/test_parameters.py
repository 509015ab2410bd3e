"""Parameters: who may read them, what they hold, and what must not be in them."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, platform, resources

HEAD = """
platform: demo
environments: {dev: {posture: development}}
"""
USER = "functions: {job: {runtime: python3.13, code: job, handler: app.handler, uses: {origin: read}}}"
ARN = {"Fn::Sub": "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter${OriginParameter}"}


def built(text: str) -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}")))


def test_read_allows_reading_that_parameter() -> None:
    found = built(f"parameters: {{origin: {{value: a}}, others: {{value: b}}}}\n{USER}")
    (read,) = found["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert (read["Action"], read["Resource"]) == (["ssm:GetParameter", "ssm:GetParameters"], [ARN])
    assert found["JobFunction"]["Properties"]["Environment"]["Variables"] == {"ORIGIN_NAME": {"Ref": "OriginParameter"}}


def test_read_allows_no_more_than_that() -> None:
    found = built(f"parameters: {{origin: {{value: a}}, others: {{value: b}}}}\n{USER}")
    (read,) = found["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert not any("*" in action or "Put" in action or "ByPath" in action for action in read["Action"])
    assert "OthersParameter" not in str(read)


def test_services_get_the_value_itself() -> None:
    whole = platform(f"{HEAD}parameters: {{origin: {{value: a}}}}\n{USER}")
    (edge,) = whole.edges
    given = whole.capability(edge)
    assert set(given.secrets) == {"VALUE"}
    assert [one.actions for one in given.secret_grants] == [("ssm:GetParameters",)]


def test_a_list_is_a_string_list() -> None:
    properties = built("parameters: {animals: {value: [dogs, cats], tier: advanced}}")["AnimalsParameter"]["Properties"]
    assert (properties["Type"], properties["Value"], properties["Tier"]) == ("StringList", "dogs,cats", "Advanced")
    assert properties["Name"] == "/demo/dev/animals"


def test_a_value_may_be_another_components() -> None:
    properties = built("queues: {jobs: {}}\nparameters: {url: {value: '${jobs.url}'}}")["UrlParameter"]["Properties"]
    assert properties["Value"] == {"Ref": "JobsQueue"}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{}", "missing-property"),
        ("{value: ''}", "out-of-range"),
        ("{value: []}", "out-of-range"),
        ("{value: ['a,b']}", "bad-value"),
        ("{value: 1}", "wrong-type"),
        ("{value: a, parameter_name: origin}", "bad-value"),
        ("{value: a, parameter_name: /aws/origin}", "bad-value"),
        ("{value: AKIAIOSFODNN7EXAMPLE}", "plain-secret"),
        ("{value: 'postgres://shop:hunter2@host/db'}", "plain-secret"),
        ("{value: '-----BEGIN RSA PRIVATE KEY-----'}", "plain-secret"),
        (f"{{value: {'a' * 5000}}}", "parameter-size"),
        ("{value: a, parameter_name: /demo/dev/other}", "parameter-taken"),
    ],
)
def test_what_a_parameter_can_not_be(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}parameters: {{origin: {settings}, other: {{value: b}}}}")} == {code}


def test_a_long_value_needs_the_advanced_tier() -> None:
    assert faults(f"{HEAD}parameters: {{origin: {{value: {'a' * 5000}, tier: advanced}}}}") == ()
