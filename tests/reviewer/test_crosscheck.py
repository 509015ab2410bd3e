"""The service's answer beside the comparison."""

from __future__ import annotations

import pytest

from reviewer.change import Change, Review, ServiceChange, Step
from reviewer.crosscheck import crosscheck, expected_rows, unexpected
from tests.reviewer.programs import compiled, resource, stack

PLATFORM = compiled({"Resources": {"DataStack": stack("data"), "Own": resource("SQS::Queue")}}, DataStack={})
STACK = "AWS::CloudFormation::Stack"
INSIDE = Change("Modify", "data", "Orders", "AWS::DynamoDB::Table", "tables.orders", "False")
OWN = Change("Modify", "root", "Own", "AWS::SQS::Queue", "queues.own", "True")


def row(action: str, logical_id: str, kind: str, replacement: str = "") -> ServiceChange:
    return ServiceChange(action, logical_id, kind, replacement)


STACKED = row("Modify", "DataStack", STACK, "False")


def inner(logical_id: str, replacement: str, certain: bool = True) -> ServiceChange:
    """A row inside the nested stack."""
    return ServiceChange("Modify", logical_id, "AWS::DynamoDB::Table", replacement, "DataStack", certain)


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
        ((INSIDE,), (STACKED, inner("Orders", "False")), []),
        ((INSIDE,), (STACKED, inner("Orders", "True")), ["has Modify DataStack/Orders (AWS::DynamoDB::Table, repl"]),
        ((INSIDE,), (STACKED, inner("Orders", "Conditional", False)), []),
        (
            (INSIDE,),
            (STACKED, inner("Other", "False")),
            ["not list Modify DataStack/Orders", "lists Modify DataStack/Oth"],
        ),
        ((INSIDE,), (STACKED, inner("Orders", "False"), inner("Other", "Conditional", False)), []),
    ],
)
def test_disagreements(changes: tuple[Change, ...], service: tuple[ServiceChange, ...], words: list[str]) -> None:
    review = Review("demo", "dev", "demo-dev", "us-east-1", "000000000000", "update", changes, service=service)
    found = crosscheck(review, PLATFORM).disagreements
    assert len(found) == len(words)
    for sentence, word in zip(found, words, strict=True):
        assert word in sentence


@pytest.mark.parametrize(
    ("changes", "service", "count"),
    [
        ((INSIDE,), (STACKED,), 0),
        ((), (STACKED,), 1),
        ((OWN,), (row("Modify", "Own", "AWS::SQS::Queue", "True"), STACKED), 1),
        ((INSIDE,), (STACKED, inner("Orders", "False"), inner("Other", "Conditional", False)), 1),
    ],
)
def test_rows_that_change_nothing_are_counted(
    changes: tuple[Change, ...], service: tuple[ServiceChange, ...], count: int
) -> None:
    review = Review("demo", "dev", "demo-dev", "us-east-1", "000000000000", "update", changes, service=service)
    assert crosscheck(review, PLATFORM).folded == count


RETAGGED = Change("Modify", "root", "demo-dev", STACK, "", "False")


@pytest.mark.parametrize(
    ("changes", "service", "more"),
    [
        ((INSIDE,), (STACKED, inner("Orders", "False")), ()),
        ((INSIDE,), (), ()),
        ((INSIDE,), (row("Add", "DataStack", STACK),), ()),
        ((INSIDE,), (STACKED, inner("Orders", "True")), ("Modify DataStack/Orders",)),
        ((INSIDE,), (STACKED, inner("Orders", "Conditional", False)), ()),
        ((INSIDE,), (STACKED, inner("Other", "False")), ("Modify DataStack/Other",)),
        ((INSIDE,), (STACKED, inner("Other", "Conditional", False)), ()),
        ((OWN,), (row("Modify", "Own", "AWS::SQS::Queue", "False"),), ()),
        ((OWN,), (row("Modify", "Own", "AWS::SQS::Queue", "Conditional"),), ()),
        ((OWN,), (row("Remove", "Own", "AWS::SQS::Queue"),), ("Remove Own",)),
        ((), (row("Add", "New", "AWS::SQS::Queue"),), ("Add New",)),
        ((), (row("Remove", "DataStack", STACK),), ("Remove DataStack",)),
        ((RETAGGED,), (row("Modify", "Own", "AWS::SQS::Queue", "False"),), ()),
        ((RETAGGED,), (row("Modify", "Own", "AWS::SQS::Queue", "True"),), ("Modify Own",)),
    ],
)
def test_what_a_later_change_set_does_beyond_the_review(
    changes: tuple[Change, ...], service: tuple[ServiceChange, ...], more: tuple[str, ...]
) -> None:
    found = unexpected(Step((), expected_rows(changes, PLATFORM)), service, "demo-dev")
    assert [text.partition(" (")[0] for text in found] == list(more)
