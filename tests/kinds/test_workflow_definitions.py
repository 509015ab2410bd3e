"""Definitions of workflows: what of Amazon States Language is told to be wrong, and what is not."""

from __future__ import annotations

import pytest

from tests.kinds.building import faults

HEAD = """
platform: demo
environments: {dev: {posture: development}}
"""
PASS = "{StartAt: A, States: {A: {Type: Pass, End: true}}}"


STATES = {
    "{StartAt: B, States: {A: {Type: Pass, End: true}}}": {"unknown-state"},
    "{StartAt: A, States: {A: {Type: Pass, Next: B}}}": {"unknown-state"},
    "{StartAt: A, States: {A: {Type: Choice, Choices: [], Default: B}}}": {"unknown-state"},
    "{StartAt: A, States: {A: {Type: Choice, Choices: [{Next: B}]}}}": {"unknown-state"},
    "{StartAt: A, States: {A: {Type: Task, Resource: x, End: true, Catch: [{Next: B}]}}}": {"unknown-state"},
    "{StartAt: A, States: {A: {Type: Pass}}}": {"state-end"},
    "{StartAt: A, States: {A: {Type: Pass, End: true, Next: B}, B: {Type: Succeed}}}": {"state-end"},
    "{StartAt: A, States: {A: {Type: Fail, End: true}}}": {"state-end"},
    "{StartAt: A, States: {A: {Type: Succeed}, B: {Type: Succeed}}}": {"unreachable-state"},
    "{StartAt: A, States: {A: {Type: Job, End: true}}}": {"not-allowed"},
    "{StartAt: A, States: {A: {Type: [Job]}}}": {"not-allowed"},
    "{StartAt: A, States: {A: {End: true}}}": {"missing-property"},
    "{StartAt: A, States: {A: {Type: Task, End: true}}}": {"missing-property"},
    "{StartAt: A, States: {A: {Type: Wait, End: true}}}": {"missing-property"},
    "{StartAt: A, States: {A: {Type: Parallel, Branches: [[]], End: true}}}": {"wrong-type"},
    "{StartAt: A, States: {A: {Type: Parallel, Branches: [{StartAt: [A], States: {B: 1}}], End: true}}}": {
        "unknown-state",
        "wrong-type",
    },
    "{StartAt: A, States: {A: {Type: Map, ItemProcessor: {States: []}, End: true}}}": {
        "missing-property",
        "wrong-type",
    },
    "{StartAt: A, States: {A: {Type: Map, End: true, Iterator: " + PASS + "}}}": {"duplicate-value"},
    "{States: {A: {Type: Succeed}}}": {"missing-property"},
    "{StartAt: A}": {"missing-property"},
    "{StartAt: A, States: {}}": {"out-of-range"},
}


@pytest.mark.parametrize(("definition", "codes"), STATES.items())
def test_what_a_definition_can_not_be(definition: str, codes: set[str]) -> None:
    assert {one.code for one in faults(f"{HEAD}workflows: {{flow: {{definition: {definition}}}}}")} == codes


@pytest.mark.parametrize(
    "definition",
    [
        "{StartAt: A, States: {A: {Type: Choice, Choices: [{Next: A}, {Next: B}]}, B: {Type: Fail}}}",
        "{StartAt: A, States: {A: {Type: Task, Resource: x, End: true, Catch: [{Next: B}]}, B: {Type: Succeed}}}",
        "{StartAt: A, States: {A: {Type: Parallel, Branches: [{StartAt: B, States: {B: {Type: Fail}}}], End: true}}}",
    ],
)
def test_what_a_definition_can_be(definition: str) -> None:
    assert faults(f"{HEAD}workflows: {{flow: {{definition: {definition}}}}}") == ()
