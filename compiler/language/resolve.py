"""Write every default of the schema and of the posture into a document; ``${…}`` of components stay symbols."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from compiler.language.naming import bad_pattern, written_out
from compiler.language.on_demand import RANGE
from compiler.language.schema import Schema, owner_name
from compiler.language.times import plain, timed
from compiler.source.diagnostics import Diagnostic, did_you_mean, refuse
from compiler.source.document import Document
from compiler.source.interpolation import escaped, expanded, pointers, strings
from compiler.source.json_value import Json

VARIABLES = ("platform", "env", "region", "account")
"""What ``${…}`` may name besides ``component.attribute``; with a range of its own, an environment has that too."""


def resolve(document: Document, schema: Schema) -> Document:
    """The effective spec of one environment, with every default written out.

    Raises `SpecError` for each ``${…}`` that is no variable and no ``component.attribute``.
    """
    document = replace(document, data=escaped(dict(document.data)))
    refuse((*_bad_pointers(document), *bad_pattern(document)))
    data = dict(document.data)
    defaults = _Defaults(schema, str(data["posture"]))
    whole = schema.effective()
    data = defaults.filled(data, {**whole, "properties": _header_properties(whole, schema)})
    for section, kind in schema.kinds.items():
        if section not in data:
            continue
        if schema.singleton(section):
            data[section] = defaults.filled(data[section], kind)
        else:
            data[section] = {name: defaults.filled(one, kind) for name, one in data[section].items()}
    while implied := tuple(schema.implied(data)):
        data |= {section: defaults.filled({}, schema.kinds[section]) for section in implied}
    known = variables(data)
    data = {**expanded(data, known), "naming": written_out(document, known)}
    return replace(document, data=data)


def variables(data: Mapping[str, Json]) -> dict[str, str]:
    """What ``${…}`` gives besides attributes, in a spec whose header has its defaults."""
    known = {"platform": data["platform"], "env": data["environment"], "region": data["region"]}
    return known | {name: data[name] for name in ("account", RANGE) if data.get(name)}


def header(document: Document, schema: Schema) -> dict[str, Json]:
    """What is beside the components of a spec as one environment sees it, with every default."""
    about = {"properties": _header_properties(schema.effective(), schema)}
    data = {key: value for key, value in document.data.items() if key not in schema.kinds}
    filled: dict[str, Json] = _Defaults(schema, str(data["posture"])).filled(data, about)
    return filled


def settings(written: Json, kind: Mapping[str, Json], schema: Schema, head: Mapping[str, Json]) -> Json:
    """The settings of one component with every default, in a spec with this `header`."""
    return expanded(_Defaults(schema, str(head["posture"])).filled(escaped(written), kind), variables(head))


def _header_properties(whole: Mapping[str, Json], schema: Schema) -> dict[str, Json]:
    return {name: about for name, about in whole["properties"].items() if name not in schema.kinds}


def _bad_pointers(document: Document) -> Iterator[Diagnostic]:
    variables = (*VARIABLES, *((RANGE,) if RANGE in document.data else ()))
    for path, text in strings({key: value for key, value in document.data.items() if key != "naming"}):
        place, component = document.value_place(path), owner_name(path)
        for name, closed in pointers(text):
            if not closed:
                help_text = "write ${name.attribute}, or $${ for the two characters themselves"
                yield Diagnostic("unclosed-pointer", f"'${{{name}' is never closed", place, component, help_text)
            elif name not in variables and "." not in name:
                message = f"unknown variable '${{{name}}}'"
                yield Diagnostic("unknown-variable", message, place, component, _variable_help(name, variables))


def _variable_help(name: str, variables: tuple[str, ...]) -> str:
    if name == RANGE:
        return "an environment has it where it sets 'range', which a pattern such as pr-* can: write the range itself"
    guess = did_you_mean(name, variables)
    if guess.startswith("did"):
        return guess
    known = f"write ${{component.attribute}}, or one of {', '.join(variables)}"
    return f"{known}; for the text itself, such as a variable of a shell, write $${{{name}}}"


class _Part(NamedTuple):
    """A part of a schema, looked through once."""

    written: Json
    """Kept, so that its identity is that of no other."""
    about: Mapping[str, Json]
    """What it is with its ``$ref`` followed."""
    defaults: tuple[tuple[str, Json, Mapping[str, Json]], ...]
    """Setting, default and schema, for those of an object's settings that have a default."""


class _Defaults:
    """Every default of one posture."""

    def __init__(self, tables: Schema, posture: str) -> None:
        self._tables = tables
        self._posture = posture
        self._parts: dict[int, _Part] = {}

    def filled(self, value: Json, schema: Json) -> Json:
        """`value` with every default that `schema` has for it written in."""
        if not isinstance(schema, dict):
            return value
        part = self._parts.get(id(schema)) or self._looked_through(schema)
        if isinstance(value, dict):
            return self._object(value, part)
        if timed(part.about, value):
            return plain(value, part.about)
        if isinstance(value, list):
            return [self.filled(item, part.about.get("items", {})) for item in value]
        return value

    def _object(self, value: Mapping[str, Json], part: _Part) -> dict[str, Json]:
        known, rest = part.about.get("properties", {}), part.about.get("additionalProperties", {})
        filled = {}
        for name, child in value.items():
            inner = isinstance(child, (dict, list)) or (isinstance(child, str) and child[:1].isdigit())
            filled[name] = self.filled(child, known.get(name, rest)) if inner else child
        for name, default, about in part.defaults:
            if name not in value:
                filled[name] = self.filled(default, about)
        return filled

    def _looked_through(self, schema: Mapping[str, Json]) -> _Part:
        about = self._tables.deref(schema)
        settings = ((name, self._tables.deref(one)) for name, one in about.get("properties", {}).items())
        defaults = (
            (name, one.get("x-posture", {}).get(self._posture, one.get("default")), one)
            for name, one in settings
            if "default" in one or self._posture in one.get("x-posture", {})
        )
        part = self._parts[id(schema)] = _Part(schema, about, tuple(defaults))
        return part
