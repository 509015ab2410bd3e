"""The environment that brings a platform back in the region of its recovery, as an author writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping

from compiler.language.schema import Schema, beside_existing
from compiler.meaning.recovery import Way, wish_of
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.document import Document
from compiler.source.json_value import Json
from compiler.source.load import load


def recovery_environment(
    document: Document, spec: ResolvedSpec, schema: Schema, ways: Mapping[str, Way]
) -> Mapping[str, Json]:
    """The environment's block of the file with what is different: another region, and data as it comes back there.

    `ways` are by address. A setting that the file has outside of the environment is taken away with null.
    """
    wish = wish_of(spec)
    written: Json = json.loads(json.dumps(load(document.file).data))
    block: Json = written["environments"][spec.environment] or {}
    found: dict[str, Json] = {**block, "region": wish.region if wish else ""}
    for component in spec.components():
        way = ways.get(component.address)
        changed = {**dict.fromkeys(_gone(component, way, document, spec)), **(way.settings if way else {})}
        if changed and schema.singleton(component.section):
            _change_section(found, component, changed, written)
        elif changed:
            _change(found, component, changed, written)
    return {name: value for name, value in found.items() if value != {}}


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


def _change(
    found: dict[str, Json], component: ResolvedComponent, changed: Mapping[str, Json], written: Mapping[str, Json]
) -> None:
    section: dict[str, Json] = dict(found.get(component.section) or {})
    own: dict[str, Json] = dict(section.get(component.name) or {})
    if "existing" in changed:
        own = {name: value for name, value in own.items() if name in beside_existing(component.kind)}
    for name, value in changed.items():
        if value is None and not _elsewhere(component, name, written):
            own.pop(name, None)
        else:
            own[name] = value
    section[component.name] = own
    found[component.section] = {name: one for name, one in section.items() if one != {}}


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


def _elsewhere(component: ResolvedComponent, setting: str, written: Mapping[str, Json]) -> bool:
    """Whether the file says the setting outside of the environment: for the component, for all, or by `each`."""
    section: Mapping[str, Json] = written.get(component.section) or {}
    defaults: Mapping[str, Json] = ((written.get("defaults") or {}).get(component.section)) or {}
    if component.name not in section and any("each" in (one or {}) for one in section.values()):
        return True
    return setting in (section.get(component.name) or {}) or setting in defaults
