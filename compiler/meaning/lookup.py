"""What of things that are there already the spec does not say, and the lock file tells.

A kind says with ``x-existing`` what AWS can be asked for:

- ``finds``: words of `existing` that are looked up where the spec does not say them;
- ``knows``: those without which nothing can be done with the thing;
- ``whole``: what an id looks like that says all by itself; any other is looked up as the word ``id``;
- ``by``: settings beside `existing` that it is looked up by;
- ``abroad``: sections whose use of it wants it in another region, and which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.schema import Schema, owner_name
from compiler.meaning.connect import connect
from compiler.meaning.lock import Entry, Lock
from compiler.source.diagnostics import Diagnostic, refuse
from compiler.source.document import Document, Path
from compiler.source.interpolation import spelled
from compiler.source.json_value import Json


@dataclass(frozen=True, slots=True)
class Thing:
    """One component of a resolved spec that is there already."""

    section: str
    path: Path
    settings: Mapping[str, Json]
    """Of the component, with their defaults."""
    said: Mapping[str, Json]
    """The words of `existing`; one that is alone is the ``id``."""
    unsaid: tuple[str, ...]
    """Words that can be looked up."""
    asked: Mapping[str, Json]
    """All that decides what is found; a lock that was made for anything else is not used."""
    region: str
    served: bool
    """Whether a setting of another component names it."""

    @property
    def name(self) -> str:
        return owner_name(self.path)


def things(document: Document, schema: Schema) -> Iterator[Thing]:
    """What is there already, in the spec's order."""
    users = _users(document, schema)
    for section, _, path, data in components(document, schema):
        if data.get("existing") is None:
            continue
        about, existing = schema.kinds[section]["x-existing"], spelled(data["existing"])
        said = _said(existing)
        address = address_of(path)
        abroad = {where for user, where in about.get("abroad", {}).items() if user in users.get(address, ())}
        region = min(abroad, default=str(document.data["region"]))
        asked = said | {word: data[word] for word in about.get("by", ())}
        asked |= {"region": region} if "abroad" in about else {}
        yield Thing(section, path, data, said, _unsaid(about, said), asked, region, address in users)


def _users(document: Document, schema: Schema) -> dict[str, set[str]]:
    """Address of a component → sections of those whose settings name it."""
    there = {address_of(path): section for section, _, path, _ in components(document, schema)}
    found: dict[str, set[str]] = {}
    for edge in connect(document, schema).connections.edges:
        if edge.path[-2:-1] != ("uses",):
            found.setdefault(edge.target, set()).add(there[edge.source])
    return found


def _said(existing: Json) -> dict[str, Json]:
    if not isinstance(existing, dict):
        return {"id": existing}
    return {word: value for word, value in existing.items() if value not in (None, [], {})}


def _unsaid(about: Mapping[str, Json], said: Mapping[str, Json]) -> tuple[str, ...]:
    def known(word: str) -> bool:
        return word in said and (word != "id" or re.search(about.get("whole", ""), str(said["id"])) is not None)

    return tuple(word for word in about.get("finds", ()) if not known(word))


def with_found(document: Document, schema: Schema, lock: Lock) -> Document:
    """A resolved document with what the lock tells of what is there already; what the spec says itself stays.

    Raises `SpecError` for whatever must be known and neither says, and where the lock was made for something else.
    """
    data = dict(document.data)
    faults: list[Diagnostic] = []
    for thing in things(document, schema):
        entry = lock.entry(document.data, thing.path)
        found = _found(thing, entry)
        faults += _faults(document, schema, thing, entry)
        if found:
            _put(data, thing.path, _completed(schema, thing, found))
    refuse(faults)
    return replace(document, data=data)


def _found(thing: Thing, entry: Entry | None) -> dict[str, Json]:
    if entry is None or not entry.is_for(thing.asked):
        return {}
    return {word: value for word, value in entry.found.items() if word in thing.unsaid}


def _faults(document: Document, schema: Schema, thing: Thing, entry: Entry | None) -> Iterator[Diagnostic]:
    missing = missing_words(schema, thing, _found(thing, entry))
    words = list(schema.kinds[thing.section]["properties"]["existing"].get("properties", ()))
    if entry is not None and not entry.is_for(thing.asked) and thing.unsaid:
        message = f"the lock file has the attributes of another resource than '{_first(thing)}'"
        yield _fault(document, thing, message, lookup_command(document))
    elif missing:
        known = ", ".join("its ARN" if word == "id" else word for word in missing)
        message = f"attributes of the existing resource are not set: {known}"
        by_id = "its 'id' and " if "id" in words and "id" not in thing.said else ""
        yield _fault(document, thing, message, f"set them in 'existing', or {by_id}{lookup_command(document)}")


def _first(thing: Thing) -> Json:
    """What people call the thing."""
    return next(iter(thing.said.values()), next(iter(thing.asked.values()), ""))


def _fault(document: Document, thing: Thing, message: str, help_text: str) -> Diagnostic:
    place = document.value_place((*thing.path, "existing"))
    return Diagnostic("existing-unknown", message, place, thing.name, help_text)


def missing_words(schema: Schema, thing: Thing, found: Mapping[str, Json]) -> list[str]:
    """What must be known of a thing and is neither said nor found; a name in place of a whole id is the word ``id``."""
    must = schema.kinds[thing.section]["x-existing"].get("knows", ())
    named = ("id",) if "id" in thing.said else ()
    return [word for word in (*named, *must) if word in thing.unsaid and not found.get(word)]


def lookup_command(document: Document) -> str:
    """What to run so that the lock file tells more."""
    return f"run: stackwright lookup {document.file} --env {document.data['environment']}"


def _completed(schema: Schema, thing: Thing, found: Mapping[str, Json]) -> Json:
    """`existing` as if the spec had said all of it."""
    existing, about = thing.settings["existing"], schema.kinds[thing.section]["properties"]["existing"]
    if isinstance(existing, dict):
        return {**existing, **found}
    if found.keys() == {"id"}:
        return found["id"]
    unsaid = {word: one.get("default") for word, one in about["properties"].items()}
    return {**unsaid, "id": existing, **found}


def _put(data: dict[str, Json], path: Path, existing: Json) -> None:
    """Write `existing` into the component at `path`, leaving what `data` was made from as it is."""
    section, *names = map(str, path)
    if not names:
        data[section] = {**data[section], "existing": existing}
        return
    data[section] = {**data[section], names[0]: {**data[section][names[0]], "existing": existing}}
