"""Validate a spec quickly; jsonschema, which loads slowly, is only needed to explain an invalid one.

A negative result is not final: `compiler.language.validate` then runs jsonschema, which decides and explains. A
property test checks that both agree, and an audit test that the schemas use only the keywords known here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import cast

from compiler.language.schedule_expression import bad_schedule
from compiler.language.times import bad_time, timed
from compiler.source.json_value import Json

Check = Callable[["Acceptor", Json, Json], bool]


def _number(value: Json) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPES: dict[str, Callable[[Json], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _number(value) and float(value).is_integer(),
    "number": _number,
    "null": lambda value: value is None,
}


_END = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|(\$)", re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Whether `pattern` is in `text` as JSON Schema means it: ``$`` is the very end, not before a last line break."""
    return _compiled(pattern).search(text) is not None


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_END.sub(lambda found: r"\Z" if found[1] else found[0], pattern))


def _type(_: Acceptor, wanted: Json, value: Json) -> bool:
    return any(_TYPES[name](value) for name in ([wanted] if isinstance(wanted, str) else wanted))


def _same(one: Json, other: Json) -> bool:
    """Equality of JSON values: unlike in Python, true is not 1."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_same(*pair) for pair in zip(one, other, strict=True))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(child, other[key]) for key, child in one.items())
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _enum(_: Acceptor, wanted: Json, value: Json) -> bool:
    return any(_same(option, value) for option in wanted)


def _unique(_: Acceptor, wanted: Json, value: Json) -> bool:
    return not wanted or not any(_same(item, other) for index, item in enumerate(value) for other in value[:index])


def _items(acceptor: Acceptor, schema: Json, value: Json) -> bool:
    return all(acceptor.accepts(schema, item) for item in value)


def _properties(acceptor: Acceptor, schemas: Json, value: Json) -> bool:
    return all(acceptor.accepts(schemas[key], child) for key, child in value.items() if key in schemas)


def _names(acceptor: Acceptor, schema: Json, value: Json) -> bool:
    return all(acceptor.accepts(schema, key) for key in value)


def _dependent(_: Acceptor, wanted: Json, value: Json) -> bool:
    return all(name in value for key, names in wanted.items() if key in value for name in names)


_BY_TYPE: dict[str, dict[str, Check]] = {
    "object": {
        "properties": _properties,
        "propertyNames": _names,
        "required": lambda _, wanted, value: all(name in value for name in wanted),
        "dependentRequired": _dependent,
        "minProperties": lambda _, wanted, value: len(value) >= wanted,
        "maxProperties": lambda _, wanted, value: len(value) <= wanted,
    },
    "array": {
        "items": _items,
        "minItems": lambda _, wanted, value: len(value) >= wanted,
        "maxItems": lambda _, wanted, value: len(value) <= wanted,
        "uniqueItems": _unique,
    },
    "string": {
        "pattern": lambda _, wanted, value: matches(wanted, value),
        "minLength": lambda _, wanted, value: len(value) >= wanted,
        "maxLength": lambda _, wanted, value: len(value) <= wanted,
        "x-schedule": lambda _, wanted, value: bad_schedule(value, wanted) is None,
    },
    "number": {
        "minimum": lambda _, wanted, value: value >= wanted,
        "maximum": lambda _, wanted, value: value <= wanted,
        "multipleOf": lambda _, wanted, value: value % wanted == 0,
    },
}
_ANY_TYPE: dict[str, Check] = {
    "type": _type,
    "enum": _enum,
    "const": lambda acceptor, wanted, value: _enum(acceptor, [wanted], value),
    "allOf": lambda acceptor, schemas, value: all(acceptor.accepts(one, value) for one in schemas),
    "anyOf": lambda acceptor, schemas, value: any(acceptor.accepts(one, value) for one in schemas),
    "not": lambda acceptor, schema, value: not acceptor.accepts(schema, value),
    "$ref": lambda acceptor, ref, value: acceptor.accepts(acceptor.definition(ref), value),
}
_ANNOTATIONS = frozenset(("$schema", "$id", "$defs", "title", "description", "default", "examples", "deprecated"))
_TOGETHER = frozenset(("additionalProperties", "if", "then", "else"))

KNOWN_KEYWORDS = (
    frozenset(_ANY_TYPE)
    | _ANNOTATIONS
    | _TOGETHER
    | frozenset(keyword for checks in _BY_TYPE.values() for keyword in checks)
)


class Acceptor:
    """Accepts a value that `schema`, a JSON Schema 2020-12 of known keywords, certainly allows."""

    def __init__(self, root: Mapping[str, Json]) -> None:
        self._root = root
        self._found: dict[tuple[int, str], tuple[Json, list[tuple[Check, Json]]]] = {}
        """Identity of a schema and kind of a value → the schema, which keeps its identity so, and its checks."""

    def definition(self, ref: str) -> Json:
        return self._root["$defs"][ref.removeprefix("#/$defs/")]

    def accepts(self, schema: Json, value: Json) -> bool:
        if isinstance(schema, bool):
            return schema
        if timed(schema, value):
            return bad_time(value, schema) is None
        for check, wanted in self._checks(schema, _kind(value)):
            if not check(self, wanted, value):
                return False
        return self._no_stranger(schema, value) and self._branch(schema, value)

    def _checks(self, schema: Mapping[str, Json], kind: str) -> list[tuple[Check, Json]]:
        known = self._found.get((id(schema), kind))
        if known is None:
            by_type = _BY_TYPE.get(kind, {})
            found = ((_ANY_TYPE.get(keyword) or by_type.get(keyword), wanted) for keyword, wanted in schema.items())
            known = self._found[id(schema), kind] = schema, [(check, wanted) for check, wanted in found if check]
        return known[1]

    def _no_stranger(self, schema: Mapping[str, Json], value: Json) -> bool:
        rest = schema.get("additionalProperties", True)
        if rest is True or not isinstance(value, dict):
            return True
        known = schema.get("properties", {})
        return all(self.accepts(rest, child) for key, child in value.items() if key not in known)

    def _branch(self, schema: Mapping[str, Json], value: Json) -> bool:
        if "if" not in schema:
            return True
        branch = "then" if self.accepts(schema["if"], value) else "else"
        return self.accepts(cast(Json, schema.get(branch, True)), value)


def _kind(value: Json) -> str:
    if isinstance(value, dict):
        return "object"
    if isinstance(value, list):
        return "array"
    if isinstance(value, str):
        return "string"
    return "number" if _number(value) else ""
