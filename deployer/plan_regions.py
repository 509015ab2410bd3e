"""Notes of a plan about regions: what stays there as it is, and what is left behind."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.stacks.compiled import Compiled
from deployer.deployed import regions_of
from deployer.publish import Choice
from reviewer.sides import Before
from reviewer.template_set import ROOT


def not_returned(choice: Choice, compiled: Compiled) -> Iterator[str]:
    """A note for each region of then in which nothing was deployed yet, or no more."""
    back = choice.back
    for region in compiled.regions if back else ():
        if back and region not in back.versions:
            yield f"after record {back.number} nothing was deployed in {region}: what is there now stays as it is"


def left_behind(compiled: Compiled, before: Before) -> tuple[str, ...]:
    """A note for each region without resources any more: its root is not removed automatically."""
    left = [region for region in regions_of(before.templates.get(ROOT, {})) if region not in compiled.regions]
    return tuple(
        f"the platform has no resources in {region} any more: afterwards remove stack {compiled.stack_name} there with "
        f"`destroy --region {region}`"
        for region in left
    )
