"""What makes way for another resource before everything else: priorities of rules, and names of what goes."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.reviewer.pairs import found, texts
from tests.reviewer.programs import resource

RULE = "ElasticLoadBalancingV2::ListenerRule"


def rules(**priorities: int) -> dict[str, Json]:
    """Rules of one listener."""
    return {name: resource(RULE, {"ListenerArn": "l", "Priority": one}) for name, one in priorities.items()}


def meanwhile(before: dict[str, Json], after: dict[str, Json]) -> list[dict[str, int]]:
    """The priorities after each step."""
    bodies = [way.state.compiled.root.body["Resources"] for way in found(before, after).ways]
    return [{name: one["Properties"]["Priority"] for name, one in body.items()} for body in bodies]


@pytest.mark.parametrize(
    ("before", "after", "between"),
    [
        (rules(A=1, B=2), rules(A=2, B=1), {"A": 1000, "B": 1001}),
        (rules(A=10, B=20, C=30), rules(A=20, B=10, C=30), {"A": 28, "B": 29, "C": 30}),
        (rules(A=10, B=20), rules(A=30, B=10), {"A": 19, "B": 20}),
        (rules(A=10), rules(A=20, New=10), {"A": 1019}),
        (rules(A=10, B=20), rules(B=10), {"B": 20}),
    ],
)
def test_rules_of_a_listener_make_way_in_the_same_order(
    before: dict[str, Json], after: dict[str, Json], between: dict[str, int]
) -> None:
    first, last = meanwhile(before, after)
    assert first == between
    assert last == {name: one["Properties"]["Priority"] for name, one in after.items()}
    assert texts(before, after, "refused") == []
    order = [name for name, _ in sorted(first.items(), key=lambda one: one[1])]
    assert order == [name for name in before if name in first]


def test_rules_without_room_are_told() -> None:
    before, after = rules(A=1, B=2, C=3), rules(A=2, B=1, C=3)
    assert found(before, after).steps == ()
    assert len(texts(before, after, "refused")) == 2


def record(name: str, **more: str) -> Json:
    return resource("Route53::RecordSet", {"HostedZoneId": "z", "Name": name, "Type": "A"}, **more)


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        (
            {"Old": record("a.b")},
            {"New": record("a.b")},
            ["kind.Old: Old is removed first, which frees HostedZoneId `z` Name `a.b` Type `A`", "everything else"],
        ),
        ({"Old": record("a.b")}, {"New": record("c.d")}, []),
        ({"Old": record("a.b", DeletionPolicy="Retain")}, {"New": record("a.b")}, []),
        ({"Old": record("a.b"), "User": resource("SQS::Queue", DependsOn="Old")}, {"New": record("a.b")}, []),
        ({"Old": resource("SQS::Queue", {"QueueName": "a"})}, {"New": resource("SQS::Queue", {"QueueName": "a"})}, []),
    ],
)
def test_what_goes_makes_way_for_what_comes(before: dict[str, Json], after: dict[str, Json], steps: list[str]) -> None:
    old, new = ({**side, "Other": resource("SNS::Topic")} for side in (before, after))
    assert [line for step in found(old, new).steps for line in step.lines] == steps
    assert bool(texts(old, new, "refused")) == (not steps and "c.d" not in str(new))
