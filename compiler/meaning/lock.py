"""The lock file beside a spec: attributes that `stackwright lookup` found, by environment and component.

.. code:: json

    {"dev": {"account": "222222222222", "region": "us-east-1",
             "network": {"asked": {"vpc": "vpc-1"}, "found": {"private": ["subnet-1", "subnet-2"]}},
             "buckets": {"media": {"asked": {"id": "shop-media"}, "found": {}}},
             "stacks": {"compute-2": {"services.web": "WebService WebServiceRole"}}}}
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path as FilePath

from compiler.language.accept import Acceptor
from compiler.language.on_demand import PATTERN
from compiler.language.schema import Schema
from compiler.language.validate import validate
from compiler.meaning.lock_text import in_conflict, merged, plain, read_text
from compiler.source.diagnostics import Diagnostic, Place, SpecError
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.source.load import load
from compiler.source.whole_file import write_whole

_HEADER = ("account", "region")
_AGAIN = "delete it and run: stackwright lookup"
STACKS = "stacks"
"""Beside the sections: the stacks of what does not fit into one a layer (`compiler.stacks.place`)."""


@frozen(eq=True)
class Entry:
    """The attributes found for one component, and the query that they are the result of."""

    query: Mapping[str, Json]
    found: Mapping[str, Json]
    elsewhere: bool = False
    """Whether it was looked up in another account or region than the spec has now."""

    def is_for(self, query: Mapping[str, Json]) -> bool:
        return not self.elsewhere and self.query == query


@frozen(eq=True)
class Lock:
    """The content of a lock file; empty where there is none."""

    file: str
    data: Mapping[str, Json]

    def entry(self, spec: Mapping[str, Json], path: Path) -> Entry | None:
        """The entry of the component at `path` of a resolved spec."""
        environment = self.data.get(lock_key(spec), {})
        value: Json = environment
        for step in path:
            value = value.get(step, {})
        if not value:
            return None
        other_account = spec.get("account") not in (None, environment["account"])
        return Entry(value["asked"], value["found"], other_account or spec["region"] != environment["region"])

    def with_environment(self, name: str, content: Mapping[str, Json], known: Iterable[str]) -> Lock:
        """The lock with new content for one environment, without the environments that are not `known`."""
        others = {*known} - {name}
        kept = {environment: value for environment, value in self.data.items() if environment in others}
        stacks = {STACKS: self.data[name][STACKS]} if STACKS in self.data.get(name, {}) else {}
        found = (dict(content) if content.keys() - set(_HEADER) else {}) | stacks
        return Lock(self.file, {**kept, name: found} if found else kept)

    def stacks(self, environment: str) -> Mapping[str, Mapping[str, str]]:
        """Stack → component → logical ids, separated by spaces, of one environment."""
        stacks: Mapping[str, Mapping[str, str]] = self.data.get(environment, {}).get(STACKS, {})
        return stacks

    def with_stacks(self, environment: str, stacks: Mapping[str, Mapping[str, str]]) -> Lock:
        """The lock with the stacks of one environment."""
        rest = {key: value for key, value in self.data.get(environment, {}).items() if key != STACKS}
        content = rest | ({STACKS: stacks} if stacks else {})
        kept = {name: value for name, value in self.data.items() if name != environment}
        return Lock(self.file, {**kept, environment: content} if content else kept)

    def attributes(self, environment: str, schema: Schema) -> dict[str, Json]:
        """The attributes found for one environment: ``network.cidr`` → value."""
        entries: dict[str, Json] = {}
        for section, value in self.data.get(environment, {}).items():
            if section not in (*_HEADER, STACKS):
                single = schema.singleton(section)
                entries |= {section: value} if single else {f"{section}.{name}": entry for name, entry in value.items()}
        return {
            f"{name}.{attribute}": single
            for name, entry in entries.items()
            for attribute, single in entry["found"].items()
        }

    def text(self) -> str:
        return json.dumps(self.data, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def lock_key(spec: Mapping[str, Json]) -> str:
    """Where the lock file has an environment: by its name, or all that a pattern makes by that."""
    return str(spec.get(PATTERN) or spec["environment"])


def lock_file(spec: str) -> str:
    """``shop.lock.json`` beside ``shop.yaml``."""
    return str(FilePath(spec).with_suffix(".lock.json"))


def read_lock(spec: str, schema: Schema) -> Lock:
    """The lock of a spec. Raises `SpecError` with places in the lock file where its content is invalid."""
    file = lock_file(spec)
    if not os.path.lexists(file):
        return Lock(file, {})
    text = read_text(file)
    data = plain(text)
    expected = _schema(schema)
    if data is not None and Acceptor(expected).accepts(expected, data):
        return Lock(file, data)
    if in_conflict(text):
        message = "the lock file has the conflict markers of a merge"
        help_text = f"run: stackwright place {spec}"
        raise SpecError([Diagnostic("lock-conflict", message, Place(file, 1, 1), suggestion=help_text)])
    try:
        document = load(file)
        validate(document, expected)
    except SpecError as problem:
        raise SpecError(
            replace(diagnostic, component="", suggestion=_restore(text)) for diagnostic in problem.diagnostics
        ) from None
    return Lock(file, document.data)


def _restore(text: str) -> str:
    """What to do about a lock file that is none: without its stacks, deployed resources might be replaced."""
    restore = "restore it from version control"
    return f"{restore}, as it has the stacks of resources" if '"stacks"' in text else f"{restore}, or {_AGAIN}"


def merge_lock(spec: str) -> bool:
    """Write a lock file that has the conflict markers of a merge with all that both sides have; whether it had any.

    Raises `SpecError` where the sides can't be put together.
    """
    file = lock_file(spec)
    text = read_text(file)
    if not in_conflict(text):
        return False
    data = merged(text)
    if data is None:
        message = "the two sides of the merge can't be put together"
        help_text = "take one side of the file as a whole, and place what the other side added"
        raise SpecError([Diagnostic("lock-conflict", message, Place(file, 1, 1), suggestion=help_text)])
    write_lock(Lock(file, data))
    return True


def _schema(schema: Schema) -> dict[str, Json]:
    """The JSON Schema of a lock file."""
    text = {"type": "string", "minLength": 1}
    sections = {section: _section(schema, section) for section, kind in schema.kinds.items() if _finds(kind)}
    account = {"type": "string", "pattern": "^[0-9]{12}$", "x-expects": "12 digits"}
    ids = {"type": "string", "pattern": "^[A-Za-z0-9]+( [A-Za-z0-9]+)*$", "x-expects": "logical ids"}
    stacks = {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": ids}}
    environment = _closed({"account": account, "region": text, STACKS: stacks, **sections})
    environment |= {"if": {"required": [STACKS], "maxProperties": 1}, "else": {"required": list(_HEADER)}}
    return {"type": "object", "additionalProperties": environment, "$defs": schema.base["$defs"]}


def _finds(kind: Mapping[str, Json]) -> list[str]:
    return list(kind.get("x-existing", {}).get("finds", ()))


def _section(schema: Schema, section: str) -> dict[str, Json]:
    entry = _closed({"asked": {"type": "object"}, "found": attributes_schema(schema, section)})
    entry |= {"required": ["asked", "found"]}
    return entry if schema.singleton(section) else {"type": "object", "additionalProperties": entry}


def attributes_schema(schema: Schema, section: str) -> dict[str, Json]:
    """The JSON Schema of the attributes that can be looked up for a section's components."""
    kind = schema.kinds[section]
    declared, existing = kind["x-existing"], kind["properties"]["existing"]
    properties = {
        attribute: _never_null(existing["properties"][attribute]) for attribute in _finds(kind) if attribute != "id"
    }
    if "id" in _finds(kind):
        properties["id"] = {
            "type": "string",
            "pattern": declared["whole"],
            "x-expects": "an ID or ARN that identifies the resource alone",
        }
    return _closed(properties)


def _never_null(schema: Mapping[str, Json]) -> dict[str, Json]:
    types = schema["type"]
    return {**schema, "type": [name for name in types if name != "null"] if isinstance(types, list) else types}


def _closed(properties: Mapping[str, Json]) -> dict[str, Json]:
    return {"type": "object", "additionalProperties": False, "properties": dict(properties)}


def write_lock(lock: Lock) -> None:
    """Write a lock file completely or not at all; an empty one is written only over another.

    Raises `SpecError` when it can't be written.
    """
    path = FilePath(lock.file)
    if not lock.data and not path.exists():
        return
    try:
        write_whole(path, lock.text().encode())
    except OSError as problem:
        message = f"the lock file can't be written: {problem.strerror}"
        place = Place(lock.file, 1, 1)
        raise SpecError([Diagnostic("unwritable-output", message, place)]) from None
