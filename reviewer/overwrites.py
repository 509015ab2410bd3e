"""What a plan would overwrite of what was changed outside of CloudFormation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.source.json_value import Json
from reviewer.change import Change, Review, Risk
from reviewer.differences import same
from reviewer.drifted import Drifted
from reviewer.stores import STORES
from reviewer.template_set import Address
from reviewer.values import joined, value_text

SOURCE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/drift-aware-change-sets.html"
_MOST_NAMES = 4


def overwrite_risks(changes: Mapping[Address, Change], drifted: Sequence[Drifted]) -> Iterator[Risk]:
    """A line for each drifted property of a resource that the plan changes, and for each such resource that is gone."""
    for one in drifted:
        change = changes.get((one.stack, one.logical_id))
        text = _text(one, change) if change and change.action == "Modify" else ""
        if text:
            yield Risk("drift", one.component, text, one.place, source=SOURCE)


def attachment_risks(reverted: Sequence[Drifted], attached: Mapping[Address, Sequence[str]]) -> Iterator[Risk]:
    """What reverting drift can take away from a resource, as other stacks of the platform have attached it."""
    for address, component, place in dict.fromkeys(
        ((one.stack, one.logical_id), one.component, one.place) for one in reverted
    ):
        names = attached.get(address, ())
        if names:
            text = (
                f"bringing {address[1]} back can take away what other stacks attach to it ({_some(names)}), which "
                f"counts as changed outside: plan without --revert-drift, unless the change set leaves that alone"
            )
            yield Risk("outage", component, text, place, source=SOURCE)


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _MOST_NAMES
    return joined([*names[:_MOST_NAMES], f"{rest} more"] if rest > 0 else list(names))


def revert_risks(review: Review, reverted: Sequence[Drifted]) -> Iterator[Risk]:
    """What reverting drift loses: data of what is replaced for it, and what was deleted comes back empty."""
    rows = {(row.stack, row.logical_id): row for row in review.service}
    for one in reverted:
        row = rows.get((one.stack, one.logical_id))
        noun = STORES.get(one.resource_type, "")
        if one.status == "DELETED":
            holds = f": a new {noun} is made, and starts empty" if noun else ": it is made again"
            yield Risk("drift", one.component, f"{one.logical_id} was deleted outside{holds}", one.place, bool(noun))
        elif noun and row and row.replacement in ("True", "Conditional"):
            what = "replaced" if row.replacement == "True" else "may be replaced"
            text = f"{what} to bring {one.path or one.logical_id} back. A new {noun} starts empty"
            yield Risk("data", one.component, text, one.place, approval=True)


def _text(one: Drifted, change: Change) -> str:
    if one.status == "DELETED":
        return (
            f"{one.logical_id} was deleted outside of CloudFormation: the update fails. `--revert-drift` makes it again"
        )
    changed = f"{one.path} was changed outside of CloudFormation, {value_text(one.expected)} → {value_text(one.actual)}"
    if change.replacement == "True":
        return f"{changed}: the new resource has {value_text(_wanted(one, change))}"
    if any(detail.path == one.path for detail in change.details):
        wanted = _wanted(one, change)
        return "" if same(wanted, one.actual) else f"{changed}: this plan sets it to {value_text(wanted)}"
    return f"{changed}: this plan changes the resource, and may set it back"


def _wanted(one: Drifted, change: Change) -> Json:
    """The value that the plan has for a drifted property."""
    return next((detail.after for detail in change.details if detail.path == one.path), one.expected)
