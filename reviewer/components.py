"""Changes by component: one row for each, causes first, with what the change does to it as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.causes import Causes
from reviewer.change import Change, ComponentChange, Effect, Setting
from reviewer.interruptions import REVISIONS, interruption
from reviewer.settings import place_of
from reviewer.stores import STORES

_ORDER: Sequence[Effect] = ("remove", "replace", "may-replace", "interrupt", "update", "create")
_WORST = ("Delete", "Snapshot", "Retain", "RetainExceptOnCreate")


def component_changes(causes: Causes) -> tuple[ComponentChange, ...]:
    """One value for each changed component: those with a reason of their own by effect, then what follows."""
    rows = [_component(causes, component) for component in causes.changes]
    return tuple(sorted(rows, key=lambda row: (bool(row.follows), _ORDER.index(row.effect), row.component)))


def _component(causes: Causes, component: str) -> ComponentChange:
    changes = causes.changes[component]
    settings = causes.settings.get(component, ())
    effect = effect_of(causes, component)
    return ComponentChange(
        component=component,
        effect=effect,
        settings=settings,
        resources=len(changes),
        replaced=len(list(_replaced(changes))),
        kept=_kept(changes) if effect in ("remove", "replace", "may-replace") else "",
        place=_place(causes, component, settings),
        follows=() if component in causes.own else causes.behind(component),
    )


def effect_of(causes: Causes, component: str) -> Effect:
    """What the changes mean for the component as a whole, which is what they mean for its main resource."""
    changes = causes.changes[component]
    actions = {change.action for change in changes}
    if component and actions == {"Add"} and component not in causes.sides.deployed:
        return "create"
    if component and actions == {"Remove"} and component not in causes.sides.wanted:
        return "remove"
    main = [change for change in changes if _is_main(causes, component, change)]
    if _moved(main):
        return "replace"
    degrees = {change.replacement for change in main if change.resource_type not in REVISIONS}
    if "True" in degrees:
        return "replace"
    interrupted = any(interruption(change, detail) for change in changes for detail in change.details)
    return "may-replace" if "Conditional" in degrees else "interrupt" if interrupted else "update"


def _moved(changes: Sequence[Change]) -> bool:
    """Whether a resource is removed from one nested stack and created in another."""
    removed, added = (
        {(change.logical_id, change.resource_type) for change in changes if change.action == action}
        for action in ("Remove", "Add")
    )
    return bool(removed & added)


def _is_main(causes: Causes, component: str, change: Change) -> bool:
    """Whether a resource stands for its component: its main one, or any where there is no such resource."""
    compiled = causes.sides.compiled
    main = compiled.mains.get(component, "")
    exists = any(main in template.origins for template in compiled.templates)
    return change.logical_id == main if exists else True


def _replaced(changes: Sequence[Change]) -> Iterator[Change]:
    for change in changes:
        if change.replacement == "True" and change.resource_type not in REVISIONS:
            yield change


def _kept(changes: Sequence[Change]) -> str:
    """What becomes of the component's data: the worst of what becomes of its resources that hold some."""
    held = [change.policy for change in changes if change.resource_type in STORES and change.policy]
    return min(held, key=_WORST.index, default="")


def _place(causes: Causes, component: str, settings: Sequence[Setting]) -> str:
    return settings[0].place if len(settings) == 1 else place_of(causes.sides, component)
