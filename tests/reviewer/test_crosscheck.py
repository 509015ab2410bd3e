"""The service's answer beside the comparison."""

from __future__ import annotations

import pytest

from reviewer.change import Change, Review, ServiceChange
from reviewer.crosscheck import disagreements
from tests.reviewer.programs import compiled, resource, stack

PLATFORM = compiled({"Resources": {"DataStack": stack("data"), "Own": resource("SQS::Queue")}}, DataStack={})
STACK = "AWS::CloudFormation::Stack"
INSIDE = Change("Modify", "data", "Orders", "AWS::DynamoDB::Table", "tables.orders", "False")
OWN = Change("Modify", "root", "Own", "AWS::SQS::Queue", "queues.own", "True")


def row(action: str, logical_id: str, kind: str, replacement: str = "") -> ServiceChange:
    return ServiceChange(action, logical_id, kind, replacement)


@pytest.mark.parametrize(
    ("changes", "service", "words"),
    [
        ((INSIDE,), (row("Modify", "DataStack", STACK, "False"),), []),
        ((), (row("Modify", "DataStack", STACK),), []),
        ((INSIDE,), (), ["does not list Modify DataStack"]),
        ((OWN,), (row("Modify", "Own", "AWS::SQS::Queue", "True"),), []),
        ((OWN,), (row("Modify", "Own", "AWS::SQS::Queue", "False"),), ["has Modify Own (AWS::SQS::Queue) where"]),
        ((), (row("Remove", "Own", "AWS::SQS::Queue"),), ["also lists Remove Own"]),
        ((), (row("Remove", "DataStack", STACK),), ["also lists Remove DataStack"]),
    ],
)
def test_disagreements(changes: tuple[Change, ...], service: tuple[ServiceChange, ...], words: list[str]) -> None:
    review = Review("demo", "dev", "demo-dev", "us-east-1", "000000000000", "update", changes, service)
    found = disagreements(review, PLATFORM)
    assert len(found) == len(words)
    for sentence, word in zip(found, words, strict=True):
        assert word in sentence
