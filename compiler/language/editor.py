"""The JSON Schema of a spec for editors: without ``x-`` keywords, and with each definition once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from compiler.language.facts import with_known
from compiler.language.schema import Schema
from compiler.language.times import PATTERN, TIME
from compiler.source.json_value import Json

_WIDTH = 300
"""Longest line: most settings fit into one, so that a changed setting is a changed line."""
_BELOW = ("items", "additionalProperties")
_SCHEDULE = "x-schedule"
_VALUES = ("default", "examples", "enum", "const")
_OR_POINTER = r"|\$\{"
"""What follows a pattern: text with a pointer, which the compiler checks once it knows what the pointer reads."""


def editor_text(schema: Schema) -> str:
    """The schema as a file: what fits into a line stands on one."""
    return "\n".join(_lines(editor_schema(schema), "")) + "\n"


def editor_schema(schema: Schema) -> dict[str, Json]:
    """`schema.written()` without the ``x-`` keywords; settings under `defaults` point at those of the components."""
    written: dict[str, Json] = _plain(with_known(schema.written()))
    definitions = written["$defs"]
    defaults = definitions["defaults"]
    sections = {
        section: _pointing(about, definitions[section], f"#/$defs/{section}", definitions)
        for section, about in defaults["properties"].items()
    }
    return {**written, "$defs": {**definitions, "defaults": {**defaults, "properties": sections}}}


def _plain(value: Json, names: bool = False) -> Json:
    """`value` without ``x-`` keywords; under `properties` and `$defs` the keys are names."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if names:
        return {key: _plain(child) for key, child in value.items()}
    if TIME in value:
        return _timed({key: child for key, child in value.items() if not key.startswith("x-")})
    gate = {"pattern": _form(value[_SCHEDULE])} if _SCHEDULE in value else {}
    kept = (key for key in value if not key.startswith("x-"))
    below = {key: value[key] if key in _VALUES else _plain(value[key], key in ("properties", "$defs")) for key in kept}
    plain = {**gate, **below}
    if "propertyNames" in value:
        plain["propertyNames"] = _without_pointers(plain["propertyNames"])
    return {**plain, "pattern": plain["pattern"] + _OR_POINTER} if "pattern" in plain else plain


def _timed(plain: Mapping[str, Json]) -> dict[str, Json]:
    """The schema of a number that may be a time as text, which the compiler holds against the same limits."""
    if "enum" not in plain:
        types = plain["type"]
        return {**plain, "type": [*([types] if isinstance(types, str) else types), "string"], "pattern": PATTERN}
    told = {key: child for key, child in plain.items() if key in ("description", "default", "examples")}
    numbers = {key: child for key, child in plain.items() if key not in told}
    return {**told, "anyOf": [numbers, {"type": "string", "pattern": PATTERN}]}


def _without_pointers(schema: Mapping[str, Json]) -> dict[str, Json]:
    """The schema of keys, which can't have a pointer."""
    pattern = schema.get("pattern")
    return {**schema, "pattern": pattern.removesuffix(_OR_POINTER)} if pattern else dict(schema)


def _form(schedule: Mapping[str, Json]) -> str:
    """The pattern of a schedule expression that an editor can check."""
    return rf"^({'|'.join(schedule['takes'])})\(.*\)$"


def _pointing(about: Json, original: Json, pointer: str, definitions: Mapping[str, Json]) -> Json:
    """`about` with a reference wherever it is the same as `original`, which lies at `pointer`."""
    reference = {"$ref": pointer}
    if "$ref" in original:
        pointer = original["$ref"]
        own = {key: value for key, value in original.items() if key != "$ref"}
        original = {**definitions[pointer.removeprefix("#/$defs/")], **own}
    if about == original:
        return reference
    result = dict(about)
    if "properties" in about:
        result["properties"] = {
            name: _pointing(child, original["properties"][name], f"{pointer}/properties/{name}", definitions)
            for name, child in about["properties"].items()
        }
    for key in _BELOW:
        if isinstance(about.get(key), Mapping):
            result[key] = _pointing(about[key], original[key], f"{pointer}/{key}", definitions)
    return result


def _lines(value: Json, indent: str, head: str = "", tail: str = "") -> Iterator[str]:
    """`value` as JSON after `head`, a key, and before `tail`, a comma."""
    short = f"{indent}{head}{json.dumps(value, ensure_ascii=False)}{tail}"
    children = list(_children(value))
    if not children or len(short) <= _WIDTH:
        yield short
        return
    opening, closing = "{}" if isinstance(value, Mapping) else "[]"
    yield f"{indent}{head}{opening}"
    for number, (name, child) in enumerate(children, start=1):
        yield from _lines(child, indent + "  ", name, "," if number < len(children) else "")
    yield f"{indent}{closing}{tail}"


def _children(value: Json) -> Iterator[tuple[str, Json]]:
    if isinstance(value, Mapping):
        yield from ((f"{json.dumps(key)}: ", child) for key, child in value.items())
    elif isinstance(value, list):
        yield from (("", item) for item in value)
