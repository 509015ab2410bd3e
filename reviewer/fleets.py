"""The reviews of a fleet: one for all accounts and regions in which the same becomes of the same components."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.language.fleet import Variant
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from compiler.stacks.fleet.instance import compiled_for, seen_by
from reviewer.change import Review
from reviewer.sides import Before

Compare = Callable[[Compiled, Before, Mapping[str, str]], Review]
"""The review of one root against what was before, with the values of its parameters."""


def place_reviews(
    root: Compiled, before: Before, parameters: Mapping[str, str], compare: Compare
) -> Iterator[tuple[Review, str]]:
    """Each review with where it is true; the templates of both sides as a place sees them, with values for tables."""
    fleet = root.fleet
    assert fleet
    seen: list[tuple[Review, list[Variant]]] = []
    for place in fleet.places:
        review = compare(compiled_for(root, place), _seen(before, place), parameters)
        review = replace(review, account=place.account or "each account of the units")
        same = next((places for other, places in seen if _alike(review, other)), None)
        if same is None:
            seen.append((review, [place]))
        else:
            same.append(place)
    for review, places in seen:
        yield review, "everywhere" if len(seen) == 1 else f"in {', '.join(_names(places, root))}"


def _names(places: Sequence[Variant], root: Compiled) -> Iterator[str]:
    """The region, and the account where it has values of its own."""
    fleet = root.fleet
    assert fleet
    for region in fleet.regions:
        here = [place for place in places if place.region == region]
        if len(here) == len(fleet.rows):
            yield region
            continue
        yield from (str(one) if one.account in fleet.changed_accounts else f"{region} elsewhere" for one in here)


def _seen(before: Before, place: Variant) -> Before:
    return replace(before, templates={key: seen_by(body, place) for key, body in before.templates.items()})


def _alike(one: Review, other: Review) -> bool:
    """Whether the same becomes of the same components, for the same reasons."""
    return _rows(one) == _rows(other) and _risks(one) == _risks(other)


def _rows(review: Review) -> list[Json]:
    changes = [(change.logical_id, change.action, change.replacement) for change in review.changes]
    return [changes, [(row.component, row.effect) for row in review.components]]


def _risks(review: Review) -> list[Json]:
    return [(risk.kind, risk.component, risk.text) for risk in review.risks]
