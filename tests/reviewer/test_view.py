"""The review as text and as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from compiler.source.json_value import Json
from reviewer.change import (
    RUNS,
    Change,
    ComponentChange,
    Detail,
    Review,
    Risk,
    ServiceChange,
    Setting,
    review_from_json,
)
from reviewer.markdown import markdown
from reviewer.page import page
from reviewer.values import setting_text, value_text
from reviewer.view import Shown, render
from reviewer.wording import answer_text, summary

QUEUE = Change(
    "Modify",
    "messaging",
    "JobsQueue",
    "AWS::SQS::Queue",
    "queues.jobs",
    "False",
    (Detail("MessageRetentionPeriod", 345600, 86400),),
)
DATABASE = Change(
    "Modify",
    "data",
    "MainDatabase",
    "AWS::RDS::DBInstance",
    "databases.main",
    "True",
    (Detail("KmsKeyId", {"Ref": "KeysStack/Key"}, {"Ref": "KeysStack/Key"}, "replacement of KeysStack/Key", "True"),),
    "Snapshot",
    "has a name of its own",
)
REMOVED = Change("Remove", "cdn", "Site", "AWS::S3::Bucket", "cdn.site", policy="Retain")
ADDED = Change("Add", "cdn", "Policy", "AWS::S3::BucketPolicy", "cdn.site")
REVIEW = Review(
    platform="demo",
    environment="dev",
    stack="demo-dev",
    region="us-east-1",
    account="000000000000",
    operation="update",
    changes=(ADDED, REMOVED, DATABASE, QUEUE),
    components=(
        ComponentChange("queues.jobs", "update", (Setting("retention_days", 4, 1, "spec/demo.yaml:3:9"),), 1),
        ComponentChange("cdn.site", "update", resources=2, follows=("queues.jobs",)),
        ComponentChange("databases.main", "replace", resources=1, replaced=1, follows=("queues.jobs",)),
    ),
    risks=(
        Risk("data", "databases.main", "replaced", "spec/demo.yaml:5:1"),
        Risk("outage", "queues.jobs", "slower", serious=False),
    ),
    spec=("1111111", "2222222"),
    service=(ServiceChange("Modify", "DataStack", "AWS::CloudFormation::Stack"),),
    disagreements=("it [does] not list it",),
    folded=1,
    notes=("left <behind>",),
)

EXPECTED = """\
demo · dev · update · us-east-1 · account 000000000000 · spec 1111111 → 2222222

RISK  data    databases.main  replaced  demo.yaml:5:1
      outage  queues.jobs     slower

~ queues.jobs  in place  retention_days: 4 → 1
  and 3 resources of cdn.site and databases.main follow from queues.jobs (--all shows them)

Components: 1 changed in place. Resources: 4, of which 3 follow. CloudFormation's own change set differs in 1 line (1
line of it that changes nothing folded); it only shows which nested stacks change.
  it [does] not list it
note: left <behind>
"""


def test_risks_come_first_then_causes_and_what_follows() -> None:
    assert render(REVIEW) == EXPECTED


def test_everything_is_shown_by_resource_and_property() -> None:
    shown = [" ".join(line.split()) for line in render(REVIEW, Shown(everything=True)).splitlines()]
    assert "± databases.main replaced follows from queues.jobs" in shown
    assert "queues.jobs modify SQS::Queue MessageRetentionPeriod: 345600 → 86400" in shown
    assert "data/MainDatabase old resource: snapshot kept" in shown
    assert "has a name of its own" in shown
    assert "cdn/Site" in shown


def test_steps_that_run_are_told() -> None:
    step = Change("Modify", "data", "MigrateStep", "Custom::DeployStep", "functions.migrate", "False", (), "", RUNS)
    review = replace(REVIEW, changes=(*REVIEW.changes, step))
    for text in (render(review), markdown([review]), page([review])):
        assert "functions.migrate (MigrateStep) runs in this deployment" in text


def test_rows_of_cloudformation_are_shown_raw() -> None:
    assert "Modify DataStack (AWS::CloudFormation::Stack)" in render(REVIEW, Shown(raw=True))
    assert "Modify DataStack" not in render(REVIEW)


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
@pytest.mark.parametrize("everything", [False, True])
def test_no_line_is_wider_than_asked_for(width: int, everything: bool) -> None:
    assert max(map(len, render(REVIEW, Shown(width, everything=everything)).splitlines())) <= max(width, 40)


def test_words_stay_whole_in_a_narrow_terminal() -> None:
    words = {word for risk in REVIEW.risks for word in risk.text.split() if len(word) < 30}
    assert words <= set(render(REVIEW, Shown(40)).split())


def test_colour_only_when_asked_for() -> None:
    assert "\x1b[" not in render(REVIEW)
    assert "\x1b[" in render(REVIEW, Shown(colour=True))


def test_a_conditional_replacement_says_when() -> None:
    condition = "Engine can't be changed in place"
    detail = Detail("Engine", "mysql", "mariadb", "", "Conditional", condition)
    rows = (ComponentChange("databases.main", "may-replace", resources=1),)
    changes = (replace(DATABASE, replacement="Conditional", details=(detail,)),)
    review = replace(REVIEW, changes=changes, components=rows)
    shown = " ".join(render(review, Shown(200, everything=True)).split())
    assert "± databases.main may be replaced Engine: mysql → mariadb" in shown
    assert f"replaced if {condition}" in shown
    assert summary(review) == "Components: 1 may be replaced. Resources: 1."


def test_nothing_to_do_is_said_so() -> None:
    nothing = replace(REVIEW, changes=(), components=(), risks=(), notes=(), empty=True)
    assert "No changes.\n" in render(nothing)
    assert summary(nothing) == "No changes."
    assert "No changes that CloudFormation would carry out." in render(replace(REVIEW, empty=True))


@pytest.mark.parametrize(
    ("review", "text"),
    [
        (replace(REVIEW, service=()), ""),
        (
            replace(REVIEW, disagreements=(), folded=0),
            "CloudFormation's own change set agrees; it only shows which nested stacks change.",
        ),
        (
            replace(REVIEW, disagreements=(), folded=6, service=(ServiceChange("Modify", "Queue", "AWS::SQS::Queue"),)),
            "CloudFormation's own change set agrees (6 lines of it that change nothing folded).",
        ),
    ],
)
def test_the_answer_of_cloudformation(review: Review, text: str) -> None:
    assert answer_text(review) == text


def test_json_is_the_same_value() -> None:
    data = json.loads(json.dumps(REVIEW.to_json()))
    assert review_from_json(data) == REVIEW
    assert data["changes"][3]["details"][0] == {
        "path": "MessageRetentionPeriod",
        "before": 345600,
        "after": 86400,
        "cause": "",
        "replacement": "False",
        "condition": "",
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "(none)"),
        ("", '""'),
        (5, "5"),
        (True, "true"),
        ({"Ref": "NetworkStack/Vpc"}, "${NetworkStack/Vpc}"),
        ({"Fn::GetAtt": "Queue.Arn"}, "${Queue.Arn}"),
        ({"Fn::Join": ["", [{"Fn::GetAtt": "B.Arn"}, "/*"]]}, "${B.Arn}/*"),
        ({"b": 1, "a": [2]}, '{"a": [2], "b": 1}'),
        ("x" * 100, "x" * 59 + "…"),
        ("two\nlines", "two lines"),
    ],
)
def test_values_in_one_line(value: Json, text: str) -> None:
    assert value_text(value) == text


@pytest.mark.parametrize("hidden", ["\u2028", "\u2029", "\x85", "\x1b", "\u202e", "\r", "\t"])
@pytest.mark.parametrize("wrap", [str, lambda text: [text]], ids=["text", "list"])
def test_no_character_of_a_value_begins_a_line_or_turns_the_text(hidden: str, wrap: Callable[[str], Json]) -> None:
    told = value_text(wrap(f"a{hidden}No changes."))
    assert told.isprintable() and len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (["read", "write"], "[read, write]"),
        ({"partition": "id", "sort": None, "types": {}}, "{partition: id}"),
        (False, "false"),
        (None, "not set"),
    ],
)
def test_values_of_the_spec_as_an_author_writes_them(value: Json, text: str) -> None:
    assert setting_text(value) == text


def test_rich_and_boto3_are_not_loaded_until_something_is_shown() -> None:
    code = "import sys, reviewer.files, reviewer.findings; print({'rich', 'boto3', 'cfnlint'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
