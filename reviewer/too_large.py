"""Operations that touch more resources than CloudFormation takes, and that can't be divided further."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.change import Change, Risk
from reviewer.sides import Sides
from reviewer.touched import size_of

SOURCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"
_WHY = (
    "its nested stacks need each other, as deployed or as wanted, so that they can't be updated one after the other: "
    "deploy what is added before what is removed"
)
_FLEET = "a stack set deploys each stack in one: divide the change over several deployments"


def size_risks(updates: Sequence[tuple[Sides, Sequence[Change]]], most: int) -> Iterator[Risk]:
    """A line for each update that counts for more than `most`."""
    for number, (sides, changes) in enumerate(updates, 1):
        size = size_of(sides, changes)
        if size > most:
            which = f"change set {number}" if len(updates) > 1 else "the change set"
            text = f"{which} touches {size:,} resources, and CloudFormation takes at most {most:,} in one operation; "
            yield Risk("refused", "", text + (_FLEET if sides.compiled.fleet else _WHY), source=SOURCE)
