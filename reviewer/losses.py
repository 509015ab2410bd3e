"""Data that a change loses or protects less, and what it interrupts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from compiler.source.json_value import Json
from reviewer.causes import Causes
from reviewer.change import Change, Detail, Risk
from reviewer.interruptions import SERVING, interruption
from reviewer.reasons import name_behind, place_behind, reason_of
from reviewer.stores import CLUSTER_MEMBERS, GUARDS, KEYS, ONLY_EMPTY, STORES
from reviewer.values import setting_text

_DAYS_OF = "days of "
_MEANS = {
    "point-in-time recovery": ": no earlier time can be restored any more",
    "versioning": ": what is overwritten or deleted from then on can't be restored",
}
_OFF = frozenset({"false", "none", "suspended", "inactive", "0"})


def data_risks(causes: Causes, changes: Sequence[Change]) -> Iterator[Risk]:
    """A line for each store that is removed or replaced, and for each protection that is taken away."""
    for change in changes:
        if _holds_data(causes, change):
            text = _lost(causes, change)
            if text:
                yield Risk("data", change.component, text, place_behind(causes, change, ""), approval=True)
        for detail in change.details:
            text = _unguarded(change, detail)
            if text:
                place = place_behind(causes, change, detail.top)
                yield Risk("data", change.component, text, place, approval=_is_off(detail.after))


def _holds_data(causes: Causes, change: Change) -> bool:
    if change.resource_type not in STORES:
        return False
    member = CLUSTER_MEMBERS.get(change.resource_type, "")
    old, new = causes.sides.properties(causes.sides.address(change))
    return not member or (member not in old and member not in new)


def _lost(causes: Causes, change: Change) -> str:
    noun, which = STORES[change.resource_type], _which(causes, change)
    if change.action == "Remove":
        return removed_text(change, f"{noun}{which}")
    if change.replacement not in ("True", "Conditional"):
        return ""
    what = "replaced" if change.replacement == "True" else "may be replaced"
    head = f"{noun}{which} {what}" if which else what
    return f"{head}: {reason_of(causes, change)}. A new {noun} starts empty; the old one is {_kept(change)}"


def _which(causes: Causes, change: Change) -> str:
    """The logical id, where it is not the main resource of a component that stays."""
    main = causes.sides.compiled.mains.get(change.component, "")
    other = main and main != change.logical_id and change.component in causes.sides.wanted
    return f" {change.logical_id}" if other else ""


def removed_text(change: Change, noun: str) -> str:
    """What becomes of the data of a resource that is removed."""
    if change.resource_type in KEYS and not change.retained:
        return "removed: what the key encrypted can't be read any more once AWS has deleted it"
    match change.policy:
        case "Snapshot":
            return f"removed: the {noun} is deleted, a last snapshot is kept"
        case "Retain" | "RetainExceptOnCreate":
            return f"removed: the {noun} stays with its data, outside the stack from then on"
        case _ if change.resource_type in ONLY_EMPTY:
            return f"removed: the {noun} is DELETED"
        case _:
            return f"removed: the {noun} and its data are DELETED"


def _kept(change: Change) -> str:
    match change.policy:
        case "Snapshot":
            return "deleted, and its snapshot kept"
        case "Retain" | "RetainExceptOnCreate":
            return "retained, outside the stack"
        case _:
            return "DELETED with its data"


def _unguarded(change: Change, detail: Detail) -> str:
    path = re.sub(r"\[[^]]*\]", "", detail.path)
    guard = GUARDS.get((change.resource_type, path)) or GUARDS.get((change.resource_type, detail.top))
    part_of_another = detail.after is None and "." in detail.path
    if guard is None or change.action != "Modify" or part_of_another or not _less(detail.before, detail.after):
        return ""
    if _is_off(detail.after):
        return _turned_off(guard)
    return (
        f"{guard}: {setting_text(detail.before)} → {setting_text(detail.after)}; what is older can't be restored then"
    )


def _turned_off(guard: str) -> str:
    if guard.startswith(_DAYS_OF):
        return f"no {guard.removeprefix(_DAYS_OF)} are kept any more, and those that are there are deleted"
    return f"{guard} is turned off{_MEANS.get(guard, '')}"


def _is_off(value: Json) -> bool:
    return value is None or str(value).lower() in _OFF


def _less(before: Json, after: Json) -> bool:
    if str(before).isdigit() and (after is None or str(after).isdigit()):
        return int(after or 0) < int(before)
    return before is not None and str(before).lower() not in _OFF and (after is None or str(after).lower() in _OFF)


def outage_risks(causes: Causes, changes: Sequence[Change]) -> Iterator[Risk]:
    """A line for each resource that is interrupted, or replaced while others call it."""
    for change in changes:
        for detail in _interrupting(change):
            place = place_behind(causes, change, detail.top)
            text = f"{interruption(change, detail)} (because of `{name_behind(causes, change, detail.top)}`)"
            yield Risk("outage", change.component, text, place, serious=False)
        if change.replacement == "True" and change.resource_type in SERVING:
            text = f"replaced: {SERVING[change.resource_type]} ({reason_of(causes, change)})"
            yield Risk("outage", change.component, text, place_behind(causes, change, ""), serious=False)


def _interrupting(change: Change) -> Sequence[Detail]:
    """Details that interrupt: of them only those that are no consequence of another change, if there are any."""
    found = [detail for detail in change.details if interruption(change, detail)]
    return [detail for detail in found if not detail.cause] or found
