"""Data that a change lets expire is a risk of its review."""

from __future__ import annotations

import json

import pytest

from compiler.source.json_value import Json
from tests.reviewer.pairs import risks, texts
from tests.reviewer.programs import resource

BUCKET, TABLE, GROUP, QUEUE = "S3::Bucket", "DynamoDB::Table", "Logs::LogGroup", "SQS::Queue"
SECRET = "SecretsManager::Secret"
TTL = {"TimeToLiveSpecification": {"AttributeName": "gone", "Enabled": True}}
IMAGES = {"LifecyclePolicy": {"LifecyclePolicyText": "{}"}}


def rules(*given: Json) -> Json:
    return {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", **rule} for rule in given]}}


def days(number: int, **more: str) -> Json:
    return {"ExpirationInDays": number, **more}


def few(count: int, *tags: str) -> Json:
    """A repository that keeps so many images."""
    chosen = {"tagStatus": "any", "tagPatternList": list(tags), "countType": "imageCountMoreThan", "countNumber": count}
    rule = {"rulePriority": 1, "selection": chosen, "action": {"type": "expire"}}
    return {"LifecyclePolicy": {"LifecyclePolicyText": json.dumps({"rules": [rule]})}}


def generated(length: int, template: str = "{}") -> Json:
    return {"GenerateSecretString": {"PasswordLength": length, "SecretStringTemplate": template}}


RED = {"TagFilters": [{"Key": "colour", "Value": "red"}]}
FORMER = {"NoncurrentVersionExpiration": {"NoncurrentDays": 30}}


@pytest.mark.parametrize(
    ("kind", "before", "after", "told"),
    [
        (BUCKET, {}, rules(days(30)), ["objects are deleted after 30 days (kept before), what is there now included"]),
        (BUCKET, rules(days(30)), rules(days(1)), ["objects are deleted after 1 day (after 30 days before), what "]),
        (BUCKET, rules(days(30)), rules(days(31)), []),
        (BUCKET, rules(days(30)), {}, []),
        (BUCKET, {}, rules(days(30, Status="Disabled")), []),
        (
            BUCKET,
            rules(days(30)),
            rules(days(30), days(7, Prefix="x/")),
            ["objects below `x/` are deleted after 7 days"],
        ),
        (BUCKET, rules(days(7)), rules(days(7), days(30, Prefix="x/")), []),
        (BUCKET, {}, rules(FORMER), ["former versions of objects are deleted after 30 days (kept before)"]),
        (QUEUE, {}, {"MessageRetentionPeriod": 86_400}, ["messages are deleted after 1 day (after 4 days before)"]),
        (
            QUEUE,
            {"MessageRetentionPeriod": 90},
            {"MessageRetentionPeriod": 61},
            ["messages are deleted after 61 seconds"],
        ),
        (QUEUE, {"MessageRetentionPeriod": 90}, {}, []),
        (QUEUE, {"MessageRetentionPeriod": 90}, {"MessageRetentionPeriod": {"Fn::Sub": "${x}"}}, []),
        (
            "Kinesis::Stream",
            {"RetentionPeriodHours": 36},
            {},
            ["records are deleted after 1 day (after 36 hours before)"],
        ),
        (GROUP, {}, {"RetentionInDays": 7}, ["log events are deleted after 7 days (kept before)"]),
        (GROUP, {"RetentionInDays": 7}, {}, []),
        (TABLE, {}, TTL, ["items are deleted once the time in their `gone` has passed"]),
        (TABLE, TTL, {}, []),
        ("ECR::Repository", {}, IMAGES, ["other images are deleted by its lifecycle policy, within a day"]),
        ("ECR::Repository", IMAGES, {}, []),
        ("ECR::Repository", few(10), few(20), []),
        ("ECR::Repository", few(20), few(10), ["other images are deleted by its lifecycle policy"]),
        ("ECR::Repository", few(10), few(20, "v*"), ["other images are deleted by its lifecycle policy"]),
        (SECRET, {}, {"Description": "x"}, []),
        (SECRET, generated(32), {**generated(32), "Description": "x"}, []),
        (SECRET, generated(32), generated(48), ["the whole secret is generated anew"]),
        (SECRET, generated(32), generated(32, '{"k":""}'), ["the whole secret is generated anew"]),
        (SECRET, generated(32), {}, []),
        # rules for the same beginning of a key, with and without another filter
        (BUCKET, rules(days(30), {**days(300), **RED}), rules(days(20), {**days(300), **RED}), ["objects are deleted"]),
        (
            BUCKET,
            rules(days(30)),
            rules(days(30), {**days(7), **RED}),
            ["some objects are deleted after 7 days"],
        ),
        (BUCKET, rules(days(30)), rules(days(30), {**days(70), **RED}), []),
        (BUCKET, rules(days(30)), rules(days(30), days(300)), []),
        (BUCKET, rules(days(7, Prefix="a/")), rules(days(7, Prefix="a/"), days(9, Prefix="a/b/")), []),
    ],
)
def test_what_expires(kind: str, before: Json, after: Json, told: list[str]) -> None:
    found = texts({"It": resource(kind, before)}, {"It": resource(kind, after)}, "data")
    assert len(found) == len(told)
    assert all(one.startswith(f"!It: {text}") for one, text in zip(found, told, strict=True))


def test_objects_that_go_need_approval() -> None:
    bodies = {"It": resource(BUCKET, {})}, {"It": resource(BUCKET, rules(days(30), FORMER))}
    assert [(risk.text.split(" are ")[0], risk.approval) for risk in risks(*bodies, "data")] == [
        ("former versions of objects", False),
        ("objects", True),
    ]


def test_a_secret_that_is_generated_anew_needs_approval() -> None:
    bodies = {"It": resource(SECRET, generated(8))}, {"It": resource(SECRET, generated(9))}
    assert [risk.approval for risk in risks(*bodies, "data")] == [True]


NAMED, OTHER = {"LogGroupName": "a"}, {"LogGroupName": "b"}


@pytest.mark.parametrize(
    ("policy", "told"),
    [("Delete", ["!It: log events of the old log group are DELETED with it"]), ("Retain", [])],
)
def test_log_groups_that_are_replaced(policy: str, told: list[str]) -> None:
    old = resource(GROUP, NAMED, UpdateReplacePolicy=policy)
    new = resource(GROUP, OTHER, UpdateReplacePolicy=policy)
    assert texts({"It": old}, {"It": new}, "data") == told
