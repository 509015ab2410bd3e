"""Recognise a likely rename: one component removed, and one of the same section added with alike settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from compiler.language.address import name_of
from compiler.source.json_value import Json
from reviewer.causes import Causes
from reviewer.change import ComponentChange, Risk
from reviewer.differences import differences
from reviewer.settings import place_of

_ALIKE = 0.8
"""Least share of equal settings."""


def rename_risks(causes: Causes, components: Sequence[ComponentChange]) -> Iterator[Risk]:
    """A hint for each added component that is most like one that is removed."""
    removed = [one.component for one in components if one.effect == "remove" and "." in one.component]
    for one in components:
        if one.effect == "create" and "." in one.component:
            former = _most_alike(causes, one.component, removed)
            if former:
                removed.remove(former)
                yield _hint(causes, one.component, former)


def _hint(causes: Causes, component: str, former: str) -> Risk:
    name = name_of(former)
    text = (
        f"like the removed {former}: did you mean `renamed_from: {name}`? "
        f"Without it {former} is deleted and {component} starts empty"
    )
    return Risk("rename", component, text, place_of(causes.sides, component))


def _most_alike(causes: Causes, component: str, removed: Sequence[str]) -> str:
    section = component.partition(".")[0]
    likeness = {one: _likeness(causes, one, component) for one in removed if one.partition(".")[0] == section}
    best = max(likeness, key=likeness.__getitem__, default="")
    return best if best and likeness[best] >= _ALIKE else ""


def _likeness(causes: Causes, former: str, component: str) -> float:
    """Share of equal settings where both are known, else whether both have resources of the same types."""
    old = causes.sides.before.settings.get(former)
    new = causes.sides.compiled.settings.get(component)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        different = {path[0] for path, _, _ in differences(dict(old), dict(new)) if path}
        return 1 - len(different) / max(len({**old, **new}), 1)
    return float(_types(causes, former) == _types(causes, component))


def _types(causes: Causes, component: str) -> Counter[Json]:
    return Counter(change.resource_type for change in causes.changes.get(component, ()))
