"""The setting behind a change of a resource: in words, and where the spec has it."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.causes import REPLACED, Causes
from reviewer.change import Change, Setting
from reviewer.settings import place_of
from reviewer.values import joined, setting_text, value_text

COMMON = frozenset({"None", "True", "False", "0", "1"})
"""Values that too many settings have to tell which one it is."""


def setting_line(setting: Setting) -> str:
    """``instance: db.t4g.micro → db.t4g.small``."""
    if setting.before is None and setting.after == "new content":
        return f"{setting.path} has changed"
    return f"{setting.path}: {setting_text(setting.before)} → {setting_text(setting.after)}"


def reason_of(causes: Causes, change: Change) -> str:
    """Why a resource is replaced: the setting, the component that it follows, or the property."""
    if change.component not in causes.own:
        behind = causes.behind(change.component)
        if behind and change.component not in causes.derived:
            return f"follows from {joined(behind)}"
    replacing = [detail for detail in change.details if detail.replacement != "False"]
    settings = _settings(causes, change, [detail.top for detail in replacing])
    if settings:
        return joined([setting_line(setting) for setting in settings[:2]])
    other = next((detail.cause for detail in replacing if detail.cause.startswith(REPLACED)), "")
    shown = [f"{detail.path}: {value_text(detail.before)} → {value_text(detail.after)}" for detail in replacing[:1]]
    return other or "".join(shown)


def name_behind(causes: Causes, change: Change, name: str) -> str:
    """The setting behind a property of a change, else the property."""
    settings = _settings(causes, change, [name])
    return settings[0].path if settings else name


def place_behind(causes: Causes, change: Change, name: str) -> str:
    """Where the spec has the setting behind a property of a change, else its component or the one that it follows."""
    names = [name] if name else [detail.top for detail in change.details if detail.replacement != "False"]
    settings = _settings(causes, change, names)
    own = settings[0].place if settings else ""
    return own or next(_places_of_causes(causes, change), "") or place_of(causes.sides, change.component)


def _places_of_causes(causes: Causes, change: Change) -> Iterator[str]:
    if change.component not in causes.own:
        for component in causes.behind(change.component):
            settings = causes.settings.get(component, ())
            yield settings[0].place if len(settings) == 1 else place_of(causes.sides, component)


def _settings(causes: Causes, change: Change, names: list[str]) -> tuple[Setting, ...]:
    """Settings of the component that are behind properties: the only one, else by name, else by value."""
    settings = causes.settings.get(change.component, ())
    if len(settings) < 2:
        return settings
    values = {str(value) for detail in change.details if detail.top in names for value in (detail.before, detail.after)}
    by_name = tuple(one for one in settings if any(alike(one.path, name) for name in names))
    by_value = tuple(one for one in settings if {str(one.before), str(one.after)} & (values - COMMON))
    return by_name or by_value or settings


def alike(path: str, name: str) -> bool:
    """Whether all words of a setting are in the name of a property: ``retention_days``, ``RetentionInDays``."""
    words = path.split(".")[0].lower().split("_")
    return all(word.rstrip("s") in name.lower() for word in words)
