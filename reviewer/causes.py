"""Tell causes from consequences: which component changes for a reason of its own, and which only follows.

A component is a cause when the spec adds or removes it, or changes one of its settings or parameters. Where the
settings of what is deployed are not known, it is one when a property of its own text changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from reviewer.change import Change, Detail, Setting
from reviewer.settings import changed_settings, is_stated, parameter_settings
from reviewer.sides import Sides

WHOLE = ""
"""Component path of what belongs to the environment as a whole."""
REPLACED = "replacement of "
"""How a detail's cause names resources that are replaced."""
_PARAMETER = "parameter "


@frozen(eq=True)
class Causes:
    """Changes by component, with the reasons that the spec has for them."""

    sides: Sides
    changes: Mapping[str, Sequence[Change]]
    settings: Mapping[str, tuple[Setting, ...]]
    """Component path → its changed settings, and its changed parameters."""
    own: frozenset[str]
    """Components that change for a reason of their own."""
    derived: frozenset[str]
    """Components of which only defaults have changed, since the environment has another posture."""

    def behind(self, component: str) -> tuple[str, ...]:
        """The causes that a component without a reason of its own follows from; empty where none is found."""
        if component in self.derived:
            return (WHOLE,)
        found: set[str] = set()
        waiting, seen = [component], {component}
        while waiting:
            for name in self._near(waiting.pop()):
                if name in self.own:
                    found.add(name)
                elif name not in seen:
                    seen.add(name)
                    waiting.append(name)
        return tuple(sorted(found - {component})) or self._only(component)

    def _near(self, component: str) -> Iterator[str]:
        """Components of the resources that the changes of one refer to, of the replaced ones alone if there are."""
        replaced = {name for change in self.changes.get(component, ()) for name in self._replaced(change)}
        if replaced - {component}:
            yield from replaced - {component}
            return
        for change in self.changes.get(component, ()):
            yield from (name for name in self._mentioned(change) if name in self.changes)

    def _replaced(self, change: Change) -> Iterator[str]:
        for detail in change.details:
            if detail.cause.startswith(REPLACED):
                for name in detail.cause.removeprefix(REPLACED).split(", "):
                    yield self.sides.owner(name)

    def _mentioned(self, change: Change) -> tuple[str, ...]:
        values: Json = [[detail.before, detail.after] for detail in change.details]
        if change.action != "Modify":
            values = list(self.sides.properties(self.sides.address(change)))
        return self.sides.owners(values)

    def _only(self, component: str) -> tuple[str, ...]:
        """The one cause that there is, when nothing else explains a change; of several, those of equal values."""
        others = sorted(self.own - {component, *(() if self.derived else (WHOLE,))})
        if len(others) == 1:
            return tuple(others)
        values = {str(value) for detail in self._details(component) for value in (detail.before, detail.after)}
        return tuple(other for other in others if self._values(other) & values)

    def _details(self, component: str) -> Iterator[Detail]:
        for change in self.changes.get(component, ()):
            yield from change.details

    def _values(self, component: str) -> set[str]:
        changed = self.settings.get(component, ())
        return {str(value) for one in changed for value in (one.before, one.after) if value is not None}


def causes_of(sides: Sides, changes: Sequence[Change]) -> Causes:
    """The changes by component, and the settings behind them."""
    grouped: dict[str, list[Change]] = {}
    for change in changes:
        grouped.setdefault(change.component, []).append(change)
    settings = dict(changed_settings(sides))
    if changes and settings.get(WHOLE):
        grouped.setdefault(WHOLE, [])
    for component, changed in grouped.items():
        given = tuple(parameter_settings(sides, component, _parameters(changed)))
        if given and component not in settings:
            settings[component] = given
    derived = frozenset(_derived(sides, settings))
    own = {name for name in grouped if settings.get(name) or _is_cause(sides, name, grouped[name])}
    return Causes(sides, grouped, settings, frozenset(own) - derived, derived)


def _derived(sides: Sides, settings: Mapping[str, Sequence[Setting]]) -> Iterator[str]:
    """Components of which no changed setting is in the spec, if the posture, which decides defaults, has changed."""
    if any(setting.path == "posture" for setting in settings.get(WHOLE, ())):
        for component in settings.keys() & sides.compiled.settings.keys() - {WHOLE}:
            names = {setting.path.split(".")[0] for setting in settings[component]}
            if not any(is_stated(sides, component, name) for name in names):
                yield component


def _is_cause(sides: Sides, component: str, changes: Sequence[Change]) -> bool:
    """Whether a component appears or goes, is nobody's, or changes by its own text where no settings are known."""
    whole = {change.action for change in changes} in ({"Add"}, {"Remove"})
    appears = whole and (component in sides.deployed) != (component in sides.wanted)
    if appears or not component or sides.before.settings:
        return appears or not component
    return any(change.action != "Modify" or _changes_itself(change) for change in changes)


def _changes_itself(change: Change) -> bool:
    return any(not detail.cause for detail in change.details)


def _parameters(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        for detail in change.details:
            if detail.cause.startswith(_PARAMETER):
                yield from detail.cause.removeprefix(_PARAMETER).split(", ")
