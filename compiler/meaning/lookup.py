"""Attributes of existing resources that the spec does not set: which can be looked up, and what the lock file has.

The schema of a kind declares with ``x-existing`` what can be looked up:

- ``finds``: attributes of `existing` that are looked up where the spec does not set them;
- ``knows``: those without which the resource can't be used;
- ``whole``: the form of an id that identifies the resource alone; any other is looked up as the attribute ``id``;
- ``by``: settings beside `existing` that the lookup depends on;
- ``abroad``: sections whose use of the resource requires it in another region, and that region.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.schema import Schema, owner_name
from compiler.meaning.connect import connect
from compiler.meaning.lock import Entry, Lock
from compiler.source.diagnostics import Diagnostic, refuse
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.interpolation import imported, spelled
from compiler.source.json_value import Json


@frozen(eq=True)
class ExistingComponent:
    """One component with `existing` in a resolved spec."""

    section: str
    path: Path
    settings: Mapping[str, Json]
    """Of the component, with their defaults."""
    attributes: Mapping[str, Json]
    """Attributes that `existing` sets; a single value is the ``id``."""
    unset: tuple[str, ...]
    """Attributes that can be looked up."""
    query: Mapping[str, Json]
    """Everything that decides the result of a lookup; a lock entry of another query is not used."""
    region: str
    served: bool
    """Whether a setting of another component names it."""

    @property
    def name(self) -> str:
        return owner_name(self.path)


def existing_components(document: Document, schema: Schema) -> Iterator[ExistingComponent]:
    """The components with `existing`, in the spec's order."""
    users = _users(document, schema)
    for section, _, path, data in components(document, schema):
        if data.get("existing") is None or imported(data["existing"]):
            continue
        declared, attributes = schema.kinds[section]["x-existing"], _attributes(spelled(data["existing"]))
        address = address_of(path)
        abroad = {where for user, where in declared.get("abroad", {}).items() if user in users.get(address, ())}
        region = min(abroad, default=str(document.data["region"]))
        query = attributes | {setting: data[setting] for setting in declared.get("by", ())}
        query |= {"region": region} if "abroad" in declared else {}
        unset = _unset(declared, attributes)
        yield ExistingComponent(section, path, data, attributes, unset, query, region, address in users)


def _users(document: Document, schema: Schema) -> dict[str, set[str]]:
    """Address of a component → sections of those whose settings name it."""
    section_of = {address_of(path): section for section, _, path, _ in components(document, schema)}
    users: dict[str, set[str]] = {}
    for edge in connect(document, schema).connections.edges:
        if edge.path[-2:-1] != ("uses",):
            users.setdefault(edge.target, set()).add(section_of[edge.source])
    return users


def _attributes(existing: Json) -> dict[str, Json]:
    if not isinstance(existing, dict):
        return {"id": existing}
    return {name: value for name, value in existing.items() if value not in (None, False, [], {})}


def _unset(declared: Mapping[str, Json], attributes: Mapping[str, Json]) -> tuple[str, ...]:
    def known(name: str) -> bool:
        whole = re.search(declared.get("whole", ""), str(attributes.get("id"))) is not None
        return name in attributes and (name != "id" or whole)

    return tuple(name for name in declared.get("finds", ()) if not known(name))


def with_locked_attributes(document: Document, schema: Schema, lock: Lock) -> Document:
    """A resolved document with attributes of existing resources from the lock file; what the spec sets stays.

    Raises `SpecError` for attributes that must be known and are not, and where the lock was made for another resource.
    """
    data = dict(document.data)
    faults: list[Diagnostic] = []
    for component in existing_components(document, schema):
        entry = lock.entry(document.data, component.path)
        locked = _locked(component, entry)
        faults += _faults(document, schema, component, entry)
        if locked:
            _put(data, component.path, _completed(schema, component, locked))
    refuse(faults)
    return replace(document, data=data)


def _locked(component: ExistingComponent, entry: Entry | None) -> dict[str, Json]:
    if entry is None or not entry.is_for(component.query):
        return {}
    return {name: value for name, value in entry.found.items() if name in component.unset}


def _faults(
    document: Document, schema: Schema, component: ExistingComponent, entry: Entry | None
) -> Iterator[Diagnostic]:
    missing = missing_attributes(schema, component, _locked(component, entry))
    names = list(schema.kinds[component.section]["properties"]["existing"].get("properties", ()))
    if entry is not None and not entry.is_for(component.query) and component.unset:
        message = f"the lock file has the attributes of another resource than '{_first(component)}'"
        yield _fault(document, component, message, lookup_command(document))
    elif missing:
        listed = ", ".join("its ARN" if name == "id" else name for name in missing)
        message = f"attributes of the existing resource are not set: {listed}"
        by_id = "its 'id' and " if "id" in names and "id" not in component.attributes else ""
        yield _fault(document, component, message, f"set them in 'existing', or {by_id}{lookup_command(document)}")


def _first(component: ExistingComponent) -> Json:
    """The value by which people know the resource."""
    return next(iter(component.attributes.values()), next(iter(component.query.values()), ""))


def _fault(document: Document, component: ExistingComponent, message: str, help_text: str) -> Diagnostic:
    place = document.value_place((*component.path, "existing"))
    return Diagnostic("existing-unknown", message, place, component.name, help_text)


def missing_attributes(schema: Schema, component: ExistingComponent, found: Mapping[str, Json]) -> list[str]:
    """Attributes that must be known and are neither set nor found; the ``id``, if a name is set in its place."""
    must = schema.kinds[component.section]["x-existing"].get("knows", ())
    named = ("id",) if "id" in component.attributes else ()
    return [name for name in dict.fromkeys((*named, *must)) if name in component.unset and not found.get(name)]


def lookup_command(document: Document) -> str:
    """The command that writes the missing attributes into the lock file."""
    return f"run: stackwright lookup {document.file} --env {document.data['environment']}"


def _completed(schema: Schema, component: ExistingComponent, found: Mapping[str, Json]) -> Json:
    """`existing` as if the spec had set all of it."""
    existing, about = component.settings["existing"], schema.kinds[component.section]["properties"]["existing"]
    if isinstance(existing, dict):
        return {**existing, **found}
    if found.keys() == {"id"}:
        return found["id"]
    defaults = {name: property_schema.get("default") for name, property_schema in about["properties"].items()}
    return {**defaults, "id": existing, **found}


def _put(data: dict[str, Json], path: Path, existing: Json) -> None:
    """Write `existing` into the component at `path`, without a change of what `data` was made from."""
    section, *names = map(str, path)
    if not names:
        data[section] = {**data[section], "existing": existing}
        return
    data[section] = {**data[section], names[0]: {**data[section][names[0]], "existing": existing}}
