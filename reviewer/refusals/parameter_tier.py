"""A parameter of the advanced tier that should become a standard one."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.refusal import Rule, Subject


def _find(subject: Subject) -> Iterator[str]:
    before, after = subject.both("Tier")
    if subject.stays and before == "Advanced" and after in (None, "Standard"):
        yield "an advanced parameter can't be made a standard one: leave its tier, or make one under another name"


RULE = Rule(
    types=frozenset({"AWS::SSM::Parameter"}),
    find=_find,
    source="https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html",
    properties=("Tier",),
)
