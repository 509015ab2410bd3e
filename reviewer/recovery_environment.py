"""The environment that brings a platform back in the region of its recovery, as an author writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from compiler.language.group_places import GROUPS
from compiler.language.on_demand import PATTERN
from compiler.language.schema import Schema, beside_existing
from compiler.meaning.recovery import Way, wish_of
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.source.load import load
from reviewer.recovery_each import Template, merged, templates, together


@frozen(eq=True)
class RecoveryEnvironment:
    """The block of the file, and what of it can't be said there."""

    block: Mapping[str, Json]
    unsaid: tuple[Template, ...]
    """Components with several variables in `each`, of which each would need values of its own."""


@frozen(eq=True)
class _Change:
    """What is different of one component of the file."""

    section: str
    name: str
    kind: Mapping[str, Json]
    settings: Mapping[str, Json]
    group: str = ""


def recovery_environment(
    document: Document, spec: ResolvedSpec, schema: Schema, ways: Mapping[str, Way]
) -> RecoveryEnvironment:
    """The environment's block of the file with what is different: another region, and data as it comes back there.

    `ways` are by address. A setting that the file has outside of the environment is taken away with null.
    """
    wish = wish_of(spec)
    written: Json = json.loads(json.dumps(load(document.file).data))
    block: Json = written["environments"][document.data.get(PATTERN, spec.environment)] or {}
    found: dict[str, Json] = {**block, "region": wish.region if wish else ""}
    changes = {
        component.path: changed
        for component in spec.components()
        if (changed := _changed(component, ways.get(component.address), document, spec))
    }
    made = templates(document.file, spec.environment, schema)
    for component in spec.components():
        if component.path in changes and schema.singleton(component.section):
            _change_section(found, component, changes[component.path], written)
        elif component.path in changes:
            _change(found, _of_file(component, made, changes), written)
    block = {name: value for name, value in found.items() if value != {}}
    return RecoveryEnvironment(block, tuple(one for one in made if together(one, changes) is None))


def _changed(
    component: ResolvedComponent, way: Way | None, document: Document, spec: ResolvedSpec
) -> Mapping[str, Json]:
    return {**dict.fromkeys(_gone(component, way, document, spec)), **(way.settings if way else {})}


def _of_file(
    component: ResolvedComponent, made: tuple[Template, ...], changes: Mapping[Path, Mapping[str, Json]]
) -> _Change:
    """What is different of what the file has for the component: itself, or what has it by `each`."""
    for template in made:
        if component.path in template.words:
            settings = together(template, changes) or {}
            return _Change(template.section, template.name, component.kind, settings, template.group)
    return _Change(component.section, component.name, component.kind, changes[component.path])


def _gone(component: ResolvedComponent, way: Way | None, document: Document, spec: ResolvedSpec) -> list[str]:
    """Settings that would point from that region to itself; beside `existing` the file's are left out anyway."""
    wish = wish_of(spec)
    if way and "existing" in way.settings:
        return []
    written = sorted(name for name in component.settings if (*component.path, name) in document.keys)
    return [name for name in written if wish and _names(component.settings[name], wish.region)]


def _names(value: Json, region: str) -> bool:
    """Whether a setting has the region, as a key or a value at any depth, or in an ARN."""
    if isinstance(value, Mapping):
        return region in value or any(_names(child, region) for child in value.values())
    if isinstance(value, list):
        return any(_names(child, region) for child in value)
    return isinstance(value, str) and region in value.split(":")


def _change(found: dict[str, Json], change: _Change, written: Mapping[str, Json]) -> None:
    if change.group:
        groups: dict[str, Json] = dict(found.get(GROUPS) or {})
        group: dict[str, Json] = dict(groups.get(change.group) or {})
        file = {**written[GROUPS][change.group], "defaults": written.get("defaults")}
        _change(group, replace(change, group=""), file)
        found[GROUPS] = {**groups, change.group: {name: one for name, one in group.items() if one != {}}}
        return
    section: dict[str, Json] = dict(found.get(change.section) or {})
    own: dict[str, Json] = dict(section.get(change.name) or {})
    if "existing" in change.settings:
        own = {name: value for name, value in own.items() if name in (*beside_existing(change.kind), "each")}
    for name, value in change.settings.items():
        if value is None and not _elsewhere(change, name, written):
            own.pop(name, None)
        else:
            own[name] = merged(own.get(name), value) if name == "each" else value
    section[change.name] = own
    found[change.section] = {name: one for name, one in section.items() if one != {}}


def _change_section(
    found: dict[str, Json], component: ResolvedComponent, changed: Mapping[str, Json], written: Mapping[str, Json]
) -> None:
    """A section that is one component: it goes as a whole if it can't be without what it loses."""
    outside: Mapping[str, Json] = written.get(component.section) or {}
    own: dict[str, Json] = {**(found.get(component.section) or {}), **changed}
    if {*component.kind.get("required", ())} & {name for name, value in changed.items() if value is None}:
        found.pop(component.section, None)
        own = {}
        if outside:
            found[component.section] = None
    if own:
        found[component.section] = {name: one for name, one in own.items() if one is not None or name in outside}


def _elsewhere(change: _Change, setting: str, written: Mapping[str, Json]) -> bool:
    """Whether the file says the setting outside of the environment: for the component, or for all of its section."""
    section: Mapping[str, Json] = written.get(change.section) or {}
    defaults: Mapping[str, Json] = ((written.get("defaults") or {}).get(change.section)) or {}
    return setting in (section.get(change.name) or {}) or setting in defaults
