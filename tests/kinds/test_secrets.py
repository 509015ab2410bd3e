"""Secrets: what users may do, that nothing is written down, and what a spec can get wrong."""

from __future__ import annotations

import json

import pytest

from compiler.kinds.secrets.kind import Generate, Secret
from compiler.language.schema import load_schema
from compiler.program.component import Capability, Platform
from compiler.source.document import Document
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
"""


def built(text: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}", environment)))


def secret(settings: str, environment: str = "dev") -> dict[str, Json]:
    body: dict[str, Json] = built(f"secrets: {{api-keys: {settings}}}\n", environment)["ApiKeysSecret"]
    return body


def access() -> list[Json]:
    text = """
secrets: {api-keys: {}}
functions:
  job: {runtime: python3.13, code: ., handler: app.handler, uses: {api-keys: read}}
"""
    found: list[Json] = built(text)["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_read_allows_its_actions_on_that_secret() -> None:
    read, key = access()
    assert read["Action"] == ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]
    assert read["Resource"] == [{"Ref": "ApiKeysSecret"}]
    assert (key["Action"], key["Resource"]) == (["kms:Decrypt"], [{"Ref": "PlatformKeyArn"}])
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "secretsmanager.us-east-1.amazonaws.com"}}


def test_read_allows_no_more_than_that() -> None:
    found = access()
    assert len(found) == 2
    assert not any("*" in action for one in found for action in one["Action"])
    assert not any(resource == "*" for one in found for resource in one["Resource"])


def capability() -> Capability:
    """What the verb "read" gives."""
    one = Secret(
        name="api-keys",
        path="secrets.api-keys",
        only=None,
        properties=None,
        existing=None,
        description=None,
        generate=Generate(("jwt_secret",), 48, False),
        keys=("stripe-key",),
        replicas={},
        keep="retain",
    )
    document = Document("spec.yaml", {}, {}, {})
    platform = Platform(
        "demo", "dev", "development", "us-east-1", None, {}, {one.name: one}, (), document, load_schema()
    )
    return one.offers(platform)["read"]


def test_services_get_each_key_as_a_variable_of_its_own() -> None:
    assert {name: value.to_dict() for name, value in capability().secrets.items() if not isinstance(value, str)} == {
        "JWT_SECRET": {"Fn::Sub": "${ApiKeysSecret}:jwt_secret::"},
        "STRIPE_KEY": {"Fn::Sub": "${ApiKeysSecret}:stripe-key::"},
    }
    assert set(capability().environment) == {"SECRET_ARN"}


def test_the_agent_that_injects_them_may_only_read() -> None:
    read, key = capability().secret_grants
    assert read.actions == ("secretsmanager:GetSecretValue",)
    assert key.actions == ("kms:Decrypt",)


def test_values_are_made_up_by_aws() -> None:
    settings = "{generate: {keys: [jwt_secret], length: 64}, keys: [stripe_key, maps_key]}"
    properties = secret(settings)["Properties"]
    made = properties["GenerateSecretString"]
    assert (made["GenerateStringKey"], made["PasswordLength"], made["ExcludePunctuation"]) == ("jwt_secret", 64, True)
    assert json.loads(made["SecretStringTemplate"]) == {"maps_key": "", "stripe_key": ""}
    assert properties["KmsKeyId"] == {"Fn::GetAtt": ["PlatformKey", "Arn"]}
    assert "SecretString" not in properties


def test_the_order_of_keys_makes_no_new_version() -> None:
    assert secret("{keys: [b, a]}") == secret("{keys: [a, b]}")


@pytest.mark.parametrize(("environment", "policy"), [("dev", "Delete"), ("prod", "Retain")])
def test_what_stays_is_up_to_the_posture(environment: str, policy: str) -> None:
    assert secret("{}", environment)["DeletionPolicy"] == policy


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{generate: {keys: [a, b]}}", "out-of-range"),
        ("{generate: {keys: []}}", "out-of-range"),
        ("{generate: {length: 8}}", "out-of-range"),
        ("{keys: ['1st']}", "bad-value"),
        ("{keys: [api_key, api-key]}", "duplicate-key"),
        ("{keys: [password]}", "duplicate-key"),
        ("{keys: [secret-arn]}", "duplicate-key"),
        ("{generate: {keys: [secret_arn]}}", "duplicate-key"),
        ("{value: hunter2}", "unknown-property"),
        ("{keep: snapshot}", "not-allowed"),
    ],
)
def test_faults(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}secrets: {{api-keys: {settings}}}\n")} == {code}
