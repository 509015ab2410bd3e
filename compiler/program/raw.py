"""Check raw CloudFormation in a spec: unknown logical ids, resource attributes and properties are faults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.language.components import components
from compiler.language.resource_types import strangers
from compiler.language.schema import Schema, owner_name
from compiler.program.intrinsics import pointing
from compiler.source.diagnostics import Diagnostic, did_you_mean
from compiler.source.document import Document, Path
from compiler.source.json_value import Json

_ATTRIBUTES = (
    "Type",
    "Properties",
    "DependsOn",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "CreationPolicy",
    "UpdatePolicy",
    "Metadata",
)
"""Resource attributes (CloudFormation user guide, resource attribute reference); conditions are never compiled."""


def unknown_references(document: Document, schema: Schema, known: Iterable[str]) -> Iterator[Diagnostic]:
    """A fault for each Ref, GetAtt, Sub and DependsOn that names no resource or parameter of the platform."""
    ids = frozenset(known)
    for path, logical_id in _references(document, schema):
        if logical_id not in ids:
            message = f"no resource has the logical id '{logical_id}'"
            place, help_text = document.value_place(path), did_you_mean(logical_id, ids)
            yield Diagnostic("unknown-logical-id", message, place, owner_name(path), help_text)


def unknown_properties(
    document: Document, resource_type: str, patch: Mapping[str, Json], path: Path
) -> Iterator[Diagnostic]:
    """A fault for each property of a patch, written at `path`, that the type of the patched resource does not have."""
    at_top = path[0] == "overrides"
    if at_top:
        for name in patch:
            if name not in _ATTRIBUTES:
                message = f"a resource has no attribute '{name}'"
                place, help_text = document.key_place((*path, name)), did_you_mean(name, _ATTRIBUTES)
                yield Diagnostic("unknown-resource-property", message, place, owner_name(path), help_text)
    properties = patch.get("Properties")
    for unknown in strangers(resource_type, properties if isinstance(properties, dict) else {}):
        where = (*path, "Properties", *unknown.path) if at_top else (*path, *unknown.path)
        message, help_text = (
            f"{resource_type} has no property '{unknown.path[-1]}'",
            did_you_mean(str(unknown.path[-1]), unknown.known),
        )
        yield Diagnostic("unknown-resource-property", message, document.key_place(where), owner_name(path), help_text)


def _references(document: Document, schema: Schema) -> Iterator[tuple[Path, str]]:
    for path, value in _written(document, schema):
        yield from ((where, target.logical_id) for where, target in pointing(value, path))
        depends_on = value.get("DependsOn") if isinstance(value, dict) else None
        for index, logical_id in enumerate([depends_on] if isinstance(depends_on, str) else depends_on or ()):
            yield (
                ((*path, "DependsOn", index), logical_id)
                if isinstance(depends_on, list)
                else ((*path, "DependsOn"), logical_id)
            )


def _written(document: Document, schema: Schema) -> Iterator[tuple[Path, Json]]:
    """All raw CloudFormation of a resolved document, with its path."""
    for section, _, path, data in components(document, schema):
        if "x-attributes-of" in schema.kinds[section]:
            yield path, data
        if data.get("properties"):
            yield (*path, "properties"), data["properties"]
    overrides: Mapping[str, Json] = document.data.get("overrides") or {}
    yield from ((("overrides", name), patch) for name, patch in overrides.items())
