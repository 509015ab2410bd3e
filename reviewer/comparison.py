"""The review of a spec against an earlier state, without creating anything: what `stackwright diff` shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.stacks.compiled import Compiled
from reviewer.change import Review
from reviewer.earlier import Earlier, parameters_of
from reviewer.findings import find
from reviewer.fleets import place_reviews
from reviewer.sides import Before


def reviews_against(roots: Sequence[Compiled], former: Earlier) -> tuple[Review, ...]:
    """A review of each root, which is one for each region; of a fleet one for all places of the same changes."""
    if roots[0].fleet:
        return tuple(_of_fleet(roots[0], former))
    return tuple(
        compared(
            root, former.regions.get(root.region, Before()), parameters_of(root, former.changed), _left(root, former)
        )
        for root in roots
    )


def _of_fleet(root: Compiled, former: Earlier) -> Iterator[Review]:
    before = former.regions.get(root.region, Before())
    values = parameters_of(root, former.changed)
    for review, places in place_reviews(root, before, values, compared):
        yield review if places == "everywhere" else replace(review, notes=(f"this is true {places}", *review.notes))


def compared(root: Compiled, before: Before, parameters: Mapping[str, str], notes: Sequence[str] = ()) -> Review:
    """The review of one root; `parameters` are its values of parameters."""
    found = find(before, root, parameters)
    return Review(
        platform=root.platform,
        environment=root.environment,
        stack=root.stack_name,
        region=root.region,
        account=root.account or "",
        operation="compare",
        changes=found.changes,
        components=found.components,
        risks=found.risks,
        spec=found.spec,
        notes=tuple(notes),
        steps=found.steps,
    )


def _left(root: Compiled, former: Earlier) -> Sequence[str]:
    """A note with the first root for each region in which nothing is left."""
    return list(_regions_left(root, former)) if root.region == root.regions[0] else ()


def _regions_left(root: Compiled, former: Earlier) -> Iterator[str]:
    for region in sorted(former.regions.keys() - {*root.regions}):
        yield f"nothing of the platform is left in {region}: its stack there stays until `destroy --region {region}`"
