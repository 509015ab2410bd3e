"""The review as text and as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from compiler.source.json_value import Json
from reviewer.change import Change, Detail, Review, ServiceChange, review_from_json
from reviewer.view import render, summary, value_text

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
    service=(ServiceChange("Modify", "DataStack", "AWS::CloudFormation::Stack"),),
    notes=("CloudFormation [does] not list it",),
)

EXPECTED = """\
demo dev: update stack demo-dev in us-east-1, account 000000000000

 component       action   resource           replacement  what changes
 ──────────────────────────────────────────────────────────────────────────────────────────────
 cdn.site        add      S3::BucketPolicy
                          cdn/Policy
                 remove   S3::Bucket                      resource: retained
                          cdn/Site
 databases.main  replace  RDS::DBInstance    yes          KmsKeyId, by replacement of KeysStack/Key
                          data/MainDatabase               old resource: snapshot kept
                                                          has a name of its own
 queues.jobs     modify   SQS::Queue         no           MessageRetentionPeriod: 345600 → 86400
                          messaging/JobsQueue
"""


def test_the_table_is_ordered_by_component() -> None:
    lines = render(REVIEW).splitlines()
    assert lines[0] == EXPECTED.splitlines()[0]
    told = [" ".join(line.split()) for line in lines]
    wanted = [" ".join(line.split()) for line in EXPECTED.splitlines() if "──" not in line]
    assert [line for line in told if line in wanted and line] == [line for line in wanted if line]
    assert "1 to add, 1 to modify, 1 to replace, 1 to remove." in told[-3]
    assert "note: CloudFormation [does] not list it" in told


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_no_line_is_wider_than_asked_for(width: int) -> None:
    assert max(map(len, render(REVIEW, width).splitlines())) <= max(width, 40)


def test_colour_only_when_asked_for() -> None:
    assert "\x1b[" not in render(REVIEW)
    assert "\x1b[" in render(REVIEW, colour=True)


def test_a_conditional_replacement_says_when() -> None:
    condition = "Engine can't be changed in place"
    detail = Detail("Engine", "mysql", "mariadb", "", "Conditional", condition)
    review = replace(REVIEW, changes=(replace(DATABASE, replacement="Conditional", details=(detail,)), QUEUE))
    shown = " ".join(render(review, width=200).split())
    assert "databases.main may be replaced RDS::DBInstance possible Engine: mysql → mariadb" in shown
    assert f"replaced if {condition}" in shown
    assert summary(review) == "1 to modify, 1 that may be replaced."


def test_nothing_to_do_is_said_so() -> None:
    nothing = replace(REVIEW, changes=(), notes=(), empty=True)
    assert "No changes.\n" in render(nothing)
    assert summary(nothing) == "No changes."
    assert "No changes that CloudFormation would carry out." in render(replace(REVIEW, empty=True))


def test_it_says_whose_answer_it_shows() -> None:
    assert "by comparing templates and parameters" in " ".join(render(REVIEW).split())


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
    ],
)
def test_values_in_one_line(value: Json, text: str) -> None:
    assert value_text(value) == text


def test_rich_and_boto3_are_not_loaded_until_something_is_shown() -> None:
    code = "import sys, reviewer.view, reviewer.compare; print({'rich', 'boto3', 'cfnlint'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
