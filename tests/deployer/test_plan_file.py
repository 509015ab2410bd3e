"""A plan on disk: the same value again, and nothing else is believed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from deployer.changeset import Request
from deployer.environment import Plans, Waiting
from deployer.errors import REFUSED, DeployError
from deployer.history.materials import Materials
from deployer.plan import Plan
from deployer.plan_file import from_json, read_plan, to_json, write_plan
from reviewer.change import Change, Detail, Review, ServiceChange, Step

DETAIL = Detail("Tags[0].Value", {"Ref": "X"}, None, "parameter Y", "Conditional")
CHANGE = Change(
    "Modify", "messaging", "JobsQueue", "AWS::SQS::Queue", "queues.jobs", "Conditional", (DETAIL,), "Delete"
)
STEP = Step(("tables.orders: index `by-day` is created",), (ServiceChange("Modify", "Orders", "AWS::DynamoDB::Table"),))
PLAN = Plan(
    review=Review(
        platform="demo",
        environment="dev",
        stack="demo-dev",
        region="us-east-1",
        account="000000000000",
        operation="update",
        changes=(CHANGE,),
        service=(ServiceChange("Modify", "MessagingStack", "AWS::CloudFormation::Stack", "False"),),
        notes=("a note",),
        steps=(STEP, STEP),
    ),
    request=Request("demo-dev", "stackwright-1", "UPDATE", "https://example.com/root", {"A": "1"}, {"owner": "team"}),
    change_set="arn:aws:cloudformation:us-east-1:000000000000:changeSet/x/1",
    stack_id="arn:aws:cloudformation:us-east-1:000000000000:stack/demo-dev/1",
    base="2026-01-01T00:00:00+00:00",
    materials=Materials("bucket", {"": "templates/root"}, {"": "00"}, hidden=("Secret",), regions=("us-east-1",)),
    origins={"": {}, "MessagingStack": {"JobsQueue": "queues.jobs"}},
    places={"queues.jobs": "spec/demo.yaml:3:5"},
    posture="development",
    endpoint="sandbox",
    takes={"SiteCertificate": "us-east-1"},
    later=(Request("demo-dev", "stackwright-2", "UPDATE", "https://example.com/b", {}, {}, unchanged=("A",)),),
)
PLANS = Plans((PLAN, PLAN), (Waiting("demo-dev", "eu-central-1", ("us-east-1",)),))


def test_it_reads_what_it_wrote(tmp_path: Path) -> None:
    write_plan(PLANS, tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json") == PLANS
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]
    assert from_json(to_json(PLANS)) == PLANS


def test_the_last_change_set_has_the_wanted_values() -> None:
    assert PLAN.final.name == "stackwright-2"
    assert replace(PLAN, later=()).final == PLAN.request


def _edited(data: Json) -> Json:
    data["plans"][0]["request"]["template_url"] = "https://example.com/other"
    return data


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not a plan: not JSON"),
        ("[1]", "is not a plan: unexpected content"),
        ("[" * 100_000, "is not a plan: unexpected content"),
        ("{}", "is not a plan: unexpected content"),
        ('{"format": "stackwright-plan/9"}', "its format is 'stackwright-plan/9'"),
        (json.dumps(_edited(to_json(PLANS))), "it was changed after it was written"),
        (json.dumps({**to_json(PLANS), "plans": []}), "it was changed"),
    ],
)
def test_anything_else_is_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "plan.json"
    path.write_text(text)
    with pytest.raises(DeployError, match=words) as caught:
        read_plan(path)
    assert caught.value.exit_code == REFUSED


def test_files_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path, tmp_path / "missing", tmp_path / "binary"):
        with pytest.raises(DeployError, match=r"cannot read the plan|is not a plan"):
            read_plan(path)
    with pytest.raises(DeployError, match="cannot write the plan"):
        write_plan(PLANS, tmp_path / "no" / "plan.json")
