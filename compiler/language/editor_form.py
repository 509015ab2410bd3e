"""One setting as an editor's schema has it: a part of the spec itself, or a change that is merged into it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from compiler.language.described import POSTURES, code, insertable
from compiler.language.facts import hinted_values
from compiler.language.schema import Schema
from compiler.language.tables import EXPECTED, TABLE
from compiler.language.tables import PATTERN as TABLE_PATTERN
from compiler.language.times import PATTERN, TIME, example
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_TOGETHER = ("required", "dependencies", "minProperties", "not")
"""Keywords that hold of the merged setting only: a change may have a part of it."""
_LENGTHS = ("minLength", "maxLength")
_KEPT = (
    *("title", "type", "enum", "const", "minimum", "maximum", "multipleOf", *_LENGTHS, "pattern", "minItems"),
    *("maxItems", "uniqueItems", "maxProperties", "required", "minProperties", "not"),
    "dependentRequired",
)
_OR_POINTER = r"|\$\{"
"""What follows a pattern: text with a pointer, which the compiler checks once it knows what the pointer reads."""
_OR_VARIABLE = r"|\{[A-Za-z_]"
"""The same with the variables of `each`, which stand in braces."""
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null"}


@frozen(eq=True)
class Form:
    """Where a setting stands."""

    partial: bool
    """In `environments` or `defaults`: what is required may stand elsewhere, and null takes a setting away."""
    variables: bool
    """Any text may have variables of `each`, and stand for a value of any type."""
    nulls: bool = True
    """A setting that is null is not set. In lists, and in what is of the whole file, null is a value like any other."""


HEADER = Form(partial=False, variables=False, nulls=False)
WHOLE = Form(partial=False, variables=False)
CHANGE = Form(partial=True, variables=True)


@frozen(eq=True)
class Shaper:
    """Settings of `schema` without references and `x-` keywords."""

    schema: Schema
    verbs: Mapping[str, str]
    """Verb → what it gives, kind by kind."""

    def setting(self, written: Mapping[str, Json], form: Form, inherited: str = "") -> dict[str, Json]:
        """An entry of a map or list that does not say what it is has `inherited`, what the map or list is."""
        about = {"description": inherited, **self.schema.deref(written)}
        shape = {"description": description(about)} | {key: about[key] for key in _KEPT if key in about}
        if "dependentRequired" in shape:
            shape["dependencies"] = shape.pop("dependentRequired")
        shape |= _examples(about) | self._values(about, form) | self._below(about, form)
        shape = _patterned(shape, about, form)
        if form.partial:
            shape = {key: value for key, value in shape.items() if key not in _TOGETHER}
        return {key: value for key, value in shape.items() if value not in ("", [])}

    def settings(self, properties: Mapping[str, Json], form: Form, required: Iterable[str] = ()) -> dict[str, Json]:
        """Each setting of a map that requires some of them."""
        shapes = {name: self.setting(about, form) for name, about in properties.items()}
        needed = () if form.partial else required
        return {name: _or_null(shape) if form.nulls and name not in needed else shape for name, shape in shapes.items()}

    def names(self, written: Mapping[str, Json], form: Form) -> dict[str, Json]:
        """The schema of a map's keys, which have no pointers."""
        about = self.schema.deref(written)
        kept = {key: about[key] for key in _KEPT if key in about}
        return _worded(_bounded(kept), about, _OR_VARIABLE) if form.variables else _worded(kept, about, "")

    def _below(self, about: Mapping[str, Json], form: Form) -> dict[str, Json]:
        """What a map or list of this schema has in it."""
        below: dict[str, Json] = {}
        said = about["description"]
        if "items" in about:
            item = self.setting(about["items"], replace(form, partial=False, nulls=False), said)
            below["items"] = _in_list(item)
        if "properties" in about:
            below["properties"] = self.settings(about["properties"], form, about.get("required", ()))
        rest = about.get("additionalProperties")
        if isinstance(rest, Mapping):
            entry = self.setting(rest, form, said)
            below["additionalProperties"] = _or_null(entry) if form.nulls else entry
        elif rest is not None:
            below["additionalProperties"] = rest
        if "propertyNames" in about:
            below["propertyNames"] = self.names(about["propertyNames"], form)
            known = hinted_values(self.schema.deref(about["propertyNames"]))
            if known:
                below["properties"] = dict.fromkeys(known, below.get("additionalProperties", {}))
        return below

    def _values(self, about: Mapping[str, Json], form: Form) -> dict[str, Json]:
        """Values that an editor offers: all that there are, or those that are known beside any other."""
        if "enum" in about:
            return _closed(about["enum"], form, PATTERN if TIME in about else "")
        if about.get("not") == {"const": True}:
            return _or_false(about["type"], form)
        hinted = [*self.verbs] if about.get("x-verb") else hinted_values(about)
        if not hinted:
            return {}
        words = {"enumDescriptions": [*self.verbs.values()]} if about.get("x-verb") else {}
        return {"anyOf": [{"type": _type_of(hinted), "enum": hinted, **words}, *_ANY_OTHER]}


_ANY_OTHER: tuple[Json, ...] = ({}, {})
"""Any other value is valid too. Twice: where as many alternatives match as there are, the YAML language server shows
the texts of all of them joined.
"""


def described_default(about: Mapping[str, Json]) -> str:
    """What holds where the setting is not written, by posture where that decides; empty if nothing does."""
    by_posture, default = about.get("x-posture") or {}, about.get("default")
    if not by_posture:
        return "" if default in (None, {}) else f"Default: {code(default)}."
    told = (f"{code(by_posture.get(posture, default))} in {posture}" for posture in POSTURES)
    return f"Default: {', '.join(told)}.".replace("null in", "none in")


def description(about: Mapping[str, Json]) -> str:
    """What the setting is, its default, and an example that an editor could not insert as it is."""
    examples = about.get("examples", [])
    shown = f"Example: {code(examples[0])}" if examples and not insertable(examples[0]) else ""
    return "\n".join(filter(None, (about.get("description", ""), described_default(about), shown)))


def _examples(about: Mapping[str, Json]) -> dict[str, Json]:
    return {"examples": [example for example in about.get("examples", []) if insertable(example)]}


def _closed(values: Iterable[Json], form: Form, text: str = "") -> dict[str, Json]:
    """One of a few values, or text with a variable or of the pattern `text`."""
    one = {"type": _type_of(values), "enum": [*values]}
    patterns = filter(None, (text, _OR_VARIABLE.removeprefix("|") if form.variables else ""))
    pattern = "|".join(patterns)
    if not pattern:
        return one
    # `properties` tells the alternatives apart for the YAML language server, which else joins their texts.
    variable = {"type": "string", "pattern": pattern, "properties": {}}
    return {"anyOf": [one, variable], "enum": [], "type": ""}


def _or_false(types: Iterable[str], form: Form) -> dict[str, Json]:
    """A setting that takes false, but not true, which an editor would offer with it."""
    others = [name for name in types if name != "boolean"]
    value = _patterned({"type": others}, {}, form)
    return {"anyOf": [{"type": "boolean", "enum": [False]}, value], "type": "", "not": ""}


def _in_list(item: Mapping[str, Json]) -> Mapping[str, Json]:
    """An entry of a list, for which the YAML language server offers no alternatives: the values as snippets."""
    if "anyOf" not in item:
        return item
    offered, other = item["anyOf"][:2]
    words = offered.get("enumDescriptions", [""] * len(offered["enum"]))
    snippets = [
        {"label": value, "body": value, "description": told} for value, told in zip(offered["enum"], words, strict=True)
    ]
    rest = {key: value for key, value in item.items() if key != "anyOf"} | {"defaultSnippets": snippets}
    if not other:
        return rest
    named = "|".join(map(re.escape, offered["enum"]))
    words = {"patternErrorMessage": f"Expected one of {', '.join(offered['enum'])}"}
    return {**rest, "type": "string", "pattern": rf"^({named})${_OR_VARIABLE}", **words}


def _type_of(values: Iterable[Json]) -> Json:
    """The types of `values`, null last: what is offered first is no null."""
    types = sorted({_TYPES[type(value)] for value in values}, key=lambda name: (name == "null", name))
    return types[0] if len(types) == 1 else types


def _patterned(shape: Mapping[str, Json], about: Mapping[str, Json], form: Form) -> dict[str, Json]:
    """`shape` with the pattern of its text, which may have pointers or variables instead."""
    result = dict(shape)
    if "x-schedule" in about:
        result["pattern"] = rf"^({'|'.join(about['x-schedule']['takes'])})\(.*\)$"
    if TIME in about and result.get("type"):
        return _timed(result, about, form)
    if about.get(TABLE):
        return _tabled(result, form)
    if not form.variables:
        return _worded(result, about, _OR_POINTER)
    types = _types(result)
    if types and "string" not in types:
        words = {"patternErrorMessage": f"Expected {' or '.join(types)}"}
        return {**result, "type": [*types, "string"], "pattern": _OR_VARIABLE.removeprefix("|"), **words}
    return _worded(_bounded(result), about, _OR_VARIABLE)


def _timed(shape: Mapping[str, Json], about: Mapping[str, Json], form: Form) -> dict[str, Json]:
    """A number that may be a time as text, which the compiler holds against the same limits."""
    words = f'Expected a number of {about[TIME]["unit"]} or a time such as "{example(about)}"'
    pattern = PATTERN + (_OR_VARIABLE if form.variables else "")
    return {**shape, "type": [*_types(shape), "string"], "pattern": pattern, "patternErrorMessage": words}


def _tabled(shape: Mapping[str, Json], form: Form) -> dict[str, Json]:
    """A map, or the name of the file that has it."""
    pattern = TABLE_PATTERN + (_OR_VARIABLE if form.variables else "")
    return {
        **shape,
        "type": [*_types(shape), "string"],
        "pattern": pattern,
        "patternErrorMessage": f"Expected {EXPECTED}",
    }


def _bounded(shape: Mapping[str, Json]) -> dict[str, Json]:
    """`shape` with the lengths of its text in the pattern, so that something else may stand instead."""
    if not any(key in shape for key in _LENGTHS):
        return dict(shape)
    least, most = shape.get("minLength", 0), shape.get("maxLength", "")
    length = rf"^(?=[\s\S]{{{least},{most}}}$)"
    pattern = rf"{length}(?=[\s\S]*({shape['pattern']}))" if "pattern" in shape else length
    return {key: value for key, value in shape.items() if key not in _LENGTHS} | {"pattern": pattern}


def _worded(shape: Mapping[str, Json], about: Mapping[str, Json], instead: str) -> dict[str, Json]:
    """`shape` whose pattern takes something else `instead`, with the message of the compiler."""
    if "pattern" not in shape:
        return dict(shape)
    words = {"patternErrorMessage": f"Expected {about['x-expects']}"} if "x-expects" in about else {}
    return {**shape, "pattern": shape["pattern"] + instead, **words}


def _or_null(shape: Mapping[str, Json]) -> dict[str, Json]:
    """`shape` that takes null too."""
    result, types = dict(shape), _types(shape)
    if types and "null" not in types:
        result["type"] = [*types, "null"]
    if "enum" in shape and None not in shape["enum"]:
        result["enum"] = [*shape["enum"], None]
    if "anyOf" in shape and {} not in shape["anyOf"]:
        result["anyOf"] = [_or_null(shape["anyOf"][0]), *shape["anyOf"][1:]]
    return result


def _types(shape: Mapping[str, Json]) -> list[str]:
    types = shape.get("type") or []
    return [types] if isinstance(types, str) else [*types]
