"""What the tools are given, and how their answers are read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from linter.policy.flat import names
from linter.policy.linked import LinkedTemplate, linked
from tests.kinds.building import compiled
from tests.security.policies import identity_policies
from tests.security.tools import parliament

SPEC = """
platform: demo
environments: {dev: {posture: development}, prod: {posture: production}}
network: {}
databases: {main: {engine: postgres, version: "17"}}
buckets: {media: {}, open: {public_read: {reason: a shop window, paths: ["*"]}}}
queues: {mails: {}}
secrets: {keys: {}}
functions:
  api:
    runtime: python3.13
    code: api
    handler: app.handler
    uses: {main: connect, media: [read, write], mails: send, secrets.keys: read}
"""


@pytest.fixture(scope="module")
def template() -> LinkedTemplate:
    (one,) = linked([compiled(SPEC, "prod")], accepted=False)
    return one


def texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for child in value.values():
            yield from texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from texts(child)


def test_a_template_has_all_resources_and_what_they_refer_to(template: LinkedTemplate) -> None:
    known = {*template.body["Resources"], *template.body["Parameters"]}
    assert {name for name in names(template.body["Resources"]) if not name.startswith("AWS::")} <= known
    assert set(template.homes) == set(template.body["Resources"])
    assert template.origin_of("MediaBucket") == "buckets.media"


def test_a_template_keeps_no_suppression(template: LinkedTemplate) -> None:
    assert "Metadata" in dict(compiled_bucket())
    assert [name for name, body in template.body["Resources"].items() if "Metadata" in body] == []


def compiled_bucket() -> Json:
    """The public bucket as it is compiled, with its suppression."""
    (body,) = (
        child.body["Resources"][name]
        for child in compiled(SPEC, "prod").children
        for name in child.origins
        if name == "OpenBucket"
    )
    return body


def test_policies_are_plain_texts(template: LinkedTemplate) -> None:
    found = dict(identity_policies(template.body["Resources"]))
    assert "ApiFunctionAccess" in found
    assert [text for policy in found.values() for text in texts(policy) if "${" in text or text == "Ref"] == []
    assert "arn:aws:s3:::example/*" in set(texts(found["ApiFunctionAccess"]))


def test_a_part_of_an_arn_is_read_as_cloudformation_does() -> None:
    family = {"Fn::Select": [5, {"Fn::Split": [":", {"Ref": "Task"}]}]}
    arn = {"Fn::Sub": ["arn:${AWS::Partition}:ecs:${AWS::Region}:${AWS::AccountId}:${Family}:*", {"Family": family}]}
    policy = {"PolicyDocument": {"Statement": [{"Action": "ecs:RunTask", "Resource": arn}]}}
    resources = {
        "Task": {"Type": "AWS::ECS::TaskDefinition"},
        "Access": {"Type": "AWS::IAM::RolePolicy", "Properties": policy},
    }
    ((name, plain),) = identity_policies(resources)
    assert name == "Access"
    assert plain["Statement"][0]["Resource"] == "arn:aws:ecs:us-east-1:111122223333:task-definition/example:*"


def executable(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_parliament_is_given_each_policy_and_read(template: LinkedTemplate, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "demo.json").write_text(json.dumps(template.body), encoding="utf-8")
    shown = '{\\"issue\\": \\"RESOURCE_STAR\\", \\"location\\": {\\"filepath\\": \\"%s\\"}}'
    executable(
        tmp_path / "parliament/bin/parliament", f'for file in "$2"/*; do printf "{shown}\\n" "$file"; done; exit 1'
    )
    found = list(parliament.broken(templates, tmp_path))
    policies = [logical_id for logical_id, _ in identity_policies(template.body["Resources"])]
    assert sorted(found) == sorted(("demo", "parliament RESOURCE_STAR", logical_id) for logical_id in policies)
