"""Properties and attributes of CloudFormation's resource types, from the resource schemas that cfn-lint ships.

The files are read as data, and only for specs with raw CloudFormation: importing cfn-lint takes most of a second.
"""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Iterator, Mapping
from pathlib import Path as File

from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_REGION = "us-east-1"
"""The region that has every type first."""
_OPEN = "AWS::CloudFormation::CustomResource"
"""The type whose properties are its author's."""
_SEVERAL_FORMS = ("oneOf", "anyOf", "allOf", "patternProperties")


@frozen(eq=True)
class UnknownProperty:
    """A property that a type does not have, at `path` below Properties."""

    path: Path
    known: tuple[str, ...]


@functools.cache
def _folder() -> File | None:
    module = importlib.util.find_spec("cfnlint")
    return File(module.origin).parent / "data" / "schemas" if module and module.origin else None


@functools.cache
def known_types() -> Mapping[str, str]:
    """Resource type → name of its schema's file; empty where cfn-lint is not installed."""
    folder = _folder()
    file = folder / "providers" / f"{_REGION}.json" if folder else None
    types: Mapping[str, str] = json.loads(file.read_bytes()) if file and file.is_file() else {}
    return types


@functools.cache
def _schema(resource_type: str) -> Mapping[str, Json]:
    folder, name = _folder(), known_types().get(resource_type)
    if folder is None or name is None:
        return {}
    schema: Mapping[str, Json] = json.loads((folder / "resources" / f"{name}.json").read_bytes())
    return schema


def attributes(resource_type: str) -> tuple[str, ...]:
    """Attributes of a type for Fn::GetAtt; nothing for an unknown type."""
    pointers = _schema(resource_type).get("readOnlyProperties", ())
    names = (pointer.removeprefix("/properties/").replace("/", ".") for pointer in pointers)
    return tuple(sorted(name for name in names if "*" not in name))


def importable(resource_type: str) -> bool:
    """Whether CloudFormation imports resources of the type: it has a handler that reads them."""
    return "read" in _schema(resource_type).get("handlers", {})


def identifier(resource_type: str) -> tuple[str, ...]:
    """The properties that identify a resource of the type together."""
    return tuple(one.removeprefix("/properties/") for one in _schema(resource_type).get("primaryIdentifier", ()))


def set_at_once(resource_type: str) -> frozenset[str]:
    """Properties that a resource has from its beginning: required ones, and those that no update changes."""
    schema = _schema(resource_type)
    fixed = (one.removeprefix("/properties/").partition("/")[0] for one in schema.get("createOnlyProperties", ()))
    return frozenset((*schema.get("required", ()), *fixed))


def strangers(resource_type: str, properties: Mapping[str, Json]) -> Iterator[UnknownProperty]:
    """Properties that the type does not have, at any depth; nothing for a type that is not known."""
    whole = _schema(resource_type)
    if whole and resource_type != _OPEN:
        yield from _strangers(whole, whole, properties, ())


def _strangers(
    whole: Mapping[str, Json], schema: Mapping[str, Json], value: Json, path: Path
) -> Iterator[UnknownProperty]:
    schema = _followed(whole, schema)
    if isinstance(value, list):
        for index, child in enumerate(value):
            yield from _strangers(whole, schema.get("items", {}), child, (*path, index))
    elif (
        isinstance(value, dict) and not is_intrinsic(value) and not schema.keys() & {*_SEVERAL_FORMS} - _harmless(path)
    ):
        known = schema.get("properties", {})
        for name, child in value.items():
            if name in known:
                yield from _strangers(whole, known[name], child, (*path, name))
            elif known and schema.get("additionalProperties") is False:
                yield UnknownProperty((*path, name), tuple(known))


def _harmless(path: Path) -> set[str]:
    """At the top these keywords only combine properties, all of which are listed under `properties`."""
    return set() if path else {*_SEVERAL_FORMS}


def _followed(whole: Mapping[str, Json], schema: Mapping[str, Json]) -> Mapping[str, Json]:
    """`about` with its ``$ref`` into the same file followed."""
    while isinstance(schema.get("$ref"), str):
        target: Json = whole
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target.get(step, {})
        schema = target
    return schema


def is_intrinsic(value: Mapping[str, Json]) -> bool:
    return len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref"))
