"""Whether a changed property replaces its resource, by the resource schemas that cfn-lint ships.

Source of the rule: createOnlyProperties and conditionalCreateOnlyProperties of CloudFormation's resource schemas.
The files are read as data: importing cfn-lint itself takes most of a second.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from pathlib import Path as File

from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from reviewer.change import Replacement
from reviewer.conditions import decided, emptied
from reviewer.differences import same
from reviewer.names import own_names
from reviewer.template_set import STEP_TYPE

_FALLBACK_REGION = "us-east-1"


@frozen(eq=True)
class Schemas:
    """Resource schemas of one region; one that is not there is empty, and its replacement unknown."""

    folder: File
    index: Mapping[str, str]
    """Resource type → name of its file without suffix."""
    _read: dict[str, Mapping[str, Json]] = field(default_factory=dict)

    def of(self, resource_type: str) -> Mapping[str, Json]:
        if resource_type not in self._read:
            name = self.index.get(resource_type)
            self._read[resource_type] = _json(self.folder / "resources" / f"{name}.json") if name else {}
        return self._read[resource_type]

    def replacement(self, resource_type: str, path: Path, values: tuple[Json, Json]) -> Replacement:
        """What a difference at `path` (below Properties) of old and new value means for the resource."""
        schema = self.of(resource_type)
        if not schema:
            return "False" if resource_type == STEP_TYPE else "Conditional"
        if _touches(schema.get("createOnlyProperties", ()), path, values):
            return "True"
        conditional = _touches(schema.get("conditionalCreateOnlyProperties", ()), path, values)
        if emptied(resource_type, str(path[0]), values[1]):
            return "False"
        first = len(path) == 1 and values[0] is None
        return decided(resource_type, str(path[0]), "Conditional" if conditional else "False", first)

    def condition(self, resource_type: str, name: str) -> str:
        """When a ``Conditional`` difference of the property `name` replaces the resource."""
        unknown = "" if self.of(resource_type) else f" (unknown: there is no schema of {resource_type})"
        return f"{name} can't be changed in place{unknown}"

    def named(self, resource_type: str, properties: Mapping[str, Json]) -> tuple[str, ...]:
        """Properties that give the resource its own name, where all of them are set; else nothing."""
        pointers = self.of(resource_type).get("primaryIdentifier", ())
        return own_names(resource_type, [pointer.removeprefix("/properties/") for pointer in pointers], properties)


def schemas_of(region: str) -> Schemas:
    """Schemas of a region, or of us-east-1 where cfn-lint does not ship the region's."""
    spec = importlib.util.find_spec("cfnlint")
    if spec is None or spec.origin is None:
        return Schemas(File(), {})
    folder = File(spec.origin).parent / "data" / "schemas"
    files = (folder / "providers" / f"{name}.json" for name in (region, _FALLBACK_REGION))
    return Schemas(folder, _json(next((file for file in files if file.is_file()), File())))


def _json(file: File) -> Mapping[str, Json]:
    if not file.is_file():
        return {}
    content: Mapping[str, Json] = json.loads(file.read_text(encoding="utf-8"))
    return content


def _touches(pointers: Sequence[str], path: Path, values: tuple[Json, Json]) -> bool:
    """Whether a pointer leads to the difference, or into it: then what lies at its end has to differ."""
    changed = [part for part in path if not isinstance(part, int)]
    for pointer in pointers:
        wanted = [part for part in pointer.removeprefix("/properties/").split("/") if part != "*"]
        shared = min(len(wanted), len(changed))
        if wanted[:shared] == changed[:shared] and _differ(wanted[shared:], values):
            return True
    return False


def _differ(rest: Sequence[str], values: tuple[Json, Json]) -> bool:
    before, after = (list(_at(value, rest)) for value in values)
    return not same(before, after)


def _at(value: Json, rest: Sequence[str]) -> Iterator[Json]:
    match value:
        case [*items] if rest:
            for item in items:
                yield from _at(item, rest)
        case {**entries} if rest:
            yield from _at(entries.get(rest[0]), rest[1:])
        case None:
            return
        case _:
            yield value
