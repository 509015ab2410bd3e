"""The JSON Schema of a spec for editors: everything where an editor looks for it.

It is made from the schema that the compiler itself uses. Editors complete what stands in plain `properties`, and show
a `description` but no `default`. The YAML language server writes every default into a spec that gets a new map, and
ends a completion with an exception where one of them is null: so defaults are told in the descriptions. Draft 7, as
every editor knows it, and no keyword beside a `$ref`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping

from compiler.language.editor_form import CHANGE, HEADER, WHOLE, Form, Shaper
from compiler.language.editor_shared import shared
from compiler.language.schema import Schema, beside_existing
from compiler.source.json_value import Json

_WIDTH = 300
"""Longest line: most settings fit into one, so that a changed setting is a changed line."""
_HEAD = {"$schema": "http://json-schema.org/draft-07/schema#", "$id": "urn:stackwright:platform"}
_OF_ONE = ("only", "renamed_from", "existing", "each")
"""Settings of a single component, which `defaults:` can't have."""


def editor_text(schema: Schema) -> str:
    """The schema as a file: what fits into a line stands on one."""
    return "\n".join(_lines(editor_schema(schema), "")) + "\n"


def editor_schema(schema: Schema) -> dict[str, Json]:
    return shared(_Editor(schema, Shaper(schema, _verbs(schema))).platform())


def _verbs(schema: Schema) -> dict[str, str]:
    """Each verb with what it gives, section by section."""
    told: dict[str, list[str]] = {}
    for section, kind in schema.kinds.items():
        for verb, gives in kind.get("x-verbs", {}).items():
            told.setdefault(verb, []).append(f"{section}: {gives}")
    return {verb: " ".join(told[verb]) for verb in sorted(told)}


class _Editor:
    """The parts of the schema: of the whole file, of a section, of a component."""

    def __init__(self, schema: Schema, shaper: Shaper) -> None:
        self._schema = schema
        self._shaper = shaper
        self._components: dict[tuple[str, Form], dict[str, Json]] = {}

    def platform(self) -> dict[str, Json]:
        base = self._schema.base
        properties = self._shaper.settings(base["properties"], HEADER)
        properties["defaults"] |= self._defaults()
        properties["groups"] = self._groups(properties["groups"])
        properties["environments"]["additionalProperties"] = self._environment()
        sections = {section: self._section(section, WHOLE) for section in self._schema.kinds}
        rules = [rule for section in self._schema.kinds for rule in self._required(section)]
        about = {key: base[key] for key in ("title", "description", "type", "required", "additionalProperties")}
        return {**_HEAD, **about, "properties": {**properties, **sections}, "allOf": rules}

    def _environment(self) -> dict[str, Json]:
        about = self._schema.base["properties"]["environments"]
        environment = self._shaper.setting(about["additionalProperties"], HEADER, about["description"])
        properties = environment["properties"]
        properties["defaults"] |= self._defaults()
        fleet = properties["fleet"]["properties"]
        for changes in ("by_region", "by_account"):
            fleet[changes]["additionalProperties"]["properties"] = self._changes
        return {**environment, "properties": {**properties, **self._changes, "fleet": properties.pop("fleet")}}

    @functools.cached_property
    def _changes(self) -> dict[str, Json]:
        """Sections and groups as environments and fleets change them."""
        environment = self._schema.base["properties"]["environments"]["additionalProperties"]
        groups = self._groups(self._shaper.setting(environment["properties"]["groups"], HEADER))
        return {**{section: self._section(section, CHANGE) for section in self._schema.kinds}, "groups": groups}

    def _groups(self, groups: Mapping[str, Json]) -> dict[str, Json]:
        """`groups` whose sections hold components with any variables."""
        one = groups["additionalProperties"]
        sections = {
            name: self._section(name, CHANGE) for name in self._schema.kinds if not self._schema.singleton(name)
        }
        inside = {"properties": {**one["properties"], **sections}, "additionalProperties": False}
        return {**groups, "additionalProperties": {**one, **inside}}

    def _defaults(self) -> dict[str, Json]:
        """What `defaults:` has: settings of the components of each section that has several."""
        several = (section for section in self._schema.kinds if not self._schema.singleton(section))
        kinds = {section: self._component(section, CHANGE) for section in several}
        properties = {
            section: {**kind, "properties": {key: one for key, one in kind["properties"].items() if key not in _OF_ONE}}
            for section, kind in kinds.items()
        }
        return {"additionalProperties": False, "properties": properties}

    def _section(self, section: str, form: Form) -> dict[str, Json]:
        component = self._component(section, form)
        if self._schema.singleton(section):
            return component
        return {
            "description": self._schema.kinds[section]["description"],
            "type": ["object", "null"],
            "propertyNames": self._shaper.names({"$ref": "#/$defs/component_name"}, CHANGE),
            "additionalProperties": component if form.partial else self._single(section, component),
        }

    def _single(self, section: str, component: Mapping[str, Json]) -> dict[str, Json]:
        """A component of a section with several: with `each` any text in it may have variables."""
        several = {"type": "object", "required": ["each"]}
        return {"if": several, "then": self._component(section, CHANGE), "else": component}

    def _component(self, section: str, form: Form) -> dict[str, Json]:
        if (section, form) not in self._components:
            self._components[section, form] = self._made(section, form)
        return self._components[section, form]

    def _made(self, section: str, form: Form) -> dict[str, Json]:
        """One component. What its kind requires is told by `_required`, for the whole file."""
        shape = self._shaper.setting(self._schema.kinds[section], form)
        about = {key: value for key, value in shape.items() if key not in _OF_OTHERS}
        component = {**about, "type": ["object", "null"]}
        if not self._schema.singleton(section):
            each = self._schema.base["$defs"]["component_template"]["properties"]
            component["properties"] = {**component["properties"], **self._shaper.settings(each, WHOLE)}
        existing = "x-existing" in self._schema.kinds[section] and not form.partial
        return self._or_existing(section, component) if existing else component

    def _or_existing(self, section: str, component: Mapping[str, Json]) -> dict[str, Json]:
        """A component, or an existing resource, which has few settings."""
        kind = self._schema.kinds[section]
        beside = (*beside_existing(kind), "each")
        few = {name: one for name, one in component["properties"].items() if name in beside}
        then = {**component, "properties": few, "required": kind["x-existing"].get("needs", [])}
        return {"if": _EXISTING, "then": then, "else": component}

    def _required(self, section: str) -> Iterator[dict[str, Json]]:
        """For each setting that components need: they have it themselves, or the file has it in a change to some."""
        kind = self._schema.kinds[section]
        for setting in kind.get("required", ()):
            has = {"type": "object", "required": [setting]}
            needs = {"if": _EXISTING, "else": has} if "x-existing" in kind else has
            one = self._schema.singleton(section)
            changed = _at(("environments",), _some(_at((section,), has if one else _some(has))))
            elsewhere = [changed] if one else [changed, _at(("defaults", section), has)]
            yield {
                "if": {"anyOf": elsewhere},
                "else": {"patternProperties": {f"^{section}$": needs if one else {"additionalProperties": needs}}},
            }


_OF_OTHERS = ("required", "pattern", "patternErrorMessage")
"""What is told elsewhere, or of settings only."""
_EXISTING: Json = {
    "type": "object",
    "required": ["existing"],
    "properties": {"existing": {"type": ["string", "object"]}},
}
"""A component that is not made."""


def _at(path: tuple[str, ...], schema: Json) -> Json:
    """There is something at `path`, and it is as `schema` says."""
    for step in reversed(path):
        schema = {"type": "object", "required": [step], "properties": {step: schema}}
    return schema


def _some(schema: Json) -> Json:
    """One entry of the map is as `schema` says."""
    return {"type": "object", "not": {"additionalProperties": {"not": schema}}}


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
