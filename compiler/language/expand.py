"""Expand each component with ``each:`` into the components that it stands for.

``{variable}`` in the name and in every string of such a component, keys of its maps too, becomes the word;
``{variable.key}`` a value of the word's map. A string that is nothing but one of them takes the value with its type.
``{{variable}}`` is the text ``{variable}``; braces around anything but a name are no variable and stay.
A word whose map has ``renamed_from`` makes components that are ``renamed_from`` those of the former word.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from compiler.language.schema import Schema
from compiler.language.validate import validate
from compiler.source.diagnostics import NOWHERE, Diagnostic, Place, did_you_mean, refuse
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_NAME = r"[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*"
_TOKEN = re.compile(rf"\$\{{|\{{\{{({_NAME})\}}\}}|\{{({_NAME})\}}")
"""``${`` (left alone, what is inside may have variables), ``{{name}}`` and ``{name}``."""
_EXACT = re.compile(rf"\{{({_NAME})\}}\Z")

_FORMER = "renamed_from"

Words = Mapping[str, tuple[Json, Json]]
"""Variable → its word and the map of that word."""


def expand(document: Document, schema: Schema) -> Document:
    """The document without ``each``. Raises `SpecError` for unknown variables and duplicate names."""
    sections = [
        section
        for section, components in document.data.items()
        if section in schema.kinds and not schema.singleton(section) and _templates(components)
    ]
    if not sections:
        return document
    validate(document, _each_schema(sections, schema))
    expander = _Expander(document)
    data = {**document.data, **{section: expander.section(section) for section in sections}}
    refuse(expander.faults)
    return Document(document.file, data, expander.keys, expander.values)


def _templates(components: Json) -> bool:
    """Whether one of them has ``each``."""
    return isinstance(components, dict) and any(
        isinstance(component, dict) and "each" in component for component in components.values()
    )


def _each_schema(sections: list[str], schema: Schema) -> dict[str, Json]:
    template = {"if": {"required": ["each"]}, "then": {"$ref": "#/$defs/component_template"}}
    properties = {section: {"additionalProperties": template} for section in sections}
    return {"properties": properties, "$defs": schema.base["$defs"]}


def combinations(each: Mapping[str, Json]) -> Iterator[Words]:
    """Every combination of an `each`'s words, the last variable changing fastest."""
    words = [
        values.items() if isinstance(values, dict) else [(word, {}) for word in values] for values in each.values()
    ]
    for combination in itertools.product(*words):
        yield dict(zip(each, combination, strict=True))


@frozen(eq=True)
class _Template:
    """One component with ``each`` and one combination of its words."""

    path: Path
    words: Words


def made_name(name: str, words: Words) -> str:
    """The name of the component that a template called `name` stands for with these words."""
    return _Expander(Document("", {}, {}, {})).text(name, _Template((), words), NOWHERE)


def _former(word: Json, values: Json) -> tuple[Json, Json]:
    """A word as it was before it was renamed."""
    former = values.get(_FORMER) if isinstance(values, dict) else None
    return (word if former is None else str(former), values)


class _Expander:
    """`keys` and `values` grow by the places of what is expanded: those of the template."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.keys: dict[Path, Place] = dict(document.keys)
        self.values: dict[Path, Place] = dict(document.values)
        self.faults: list[Diagnostic] = []

    def section(self, section: str) -> dict[str, Json]:
        expanded: dict[str, Json] = {}
        origins: dict[str, str] = {}
        for name, component in self._document.data[section].items():
            for new_name, component_data in self._made(section, name, component):
                if new_name in origins:
                    self._taken((section, name), new_name, origins[new_name])
                expanded[new_name] = component_data
                origins[new_name] = name
        return expanded

    def _made(self, section: str, name: str, component: Json) -> Iterator[tuple[str, Json]]:
        """A component, or the components that a template stands for, by name."""
        if not isinstance(component, dict) or "each" not in component:
            yield name, component
            return
        body = {key: value for key, value in component.items() if key != "each"}
        for words in combinations(component["each"]):
            template, faults = _Template((section, name), words), len(self.faults)
            made = self.text(name, template, self._document.key_place(template.path))
            if len(self.faults) > faults:
                return
            copied = self._copied(template, body, (section, made), template.path)
            yield made, self._renamed(template, copied, (made, str(body.get(_FORMER) or name)))

    def _renamed(self, template: _Template, component: dict[str, Json], names: tuple[str, str]) -> dict[str, Json]:
        """A component with the name that it had, if one of its words was another: `names` are its own and a pattern."""
        former = {variable: _former(*word) for variable, word in template.words.items()}
        if former == template.words:
            return component
        old = self.text(names[1], replace(template, words=former), self._document.key_place(template.path))
        if old == names[0]:
            return component
        self.values[(template.path[0], names[0], _FORMER)] = self._former_place(template)
        return {**component, _FORMER: old}

    def _former_place(self, template: _Template) -> Place:
        """Where the first word that was renamed says so."""
        each = ((*template.path, "each", variable, word, _FORMER) for variable, (word, _) in template.words.items())
        places = (self._document.values[path] for path in each if path in self._document.values)
        return next(places, self._document.key_place(template.path))

    def _taken(self, path: Path, made: str, origin: str) -> None:
        place, first = self._document.key_place(path), self._document.key_place((path[0], origin))
        message, help_text = f"the name '{made}' is already used by {path[0]}.{origin}", "rename one of the two"
        also: tuple[Place, ...] = (first,)
        if origin == path[1]:
            message = f"'each' makes several components with the name '{made}'"
            help_text, also = self._apart(path), ()
        self.faults.append(Diagnostic("duplicate-name", message, place, ".".join(map(str, path)), help_text, also))

    def _apart(self, path: Path) -> str:
        """What gives the components of a template different names."""
        section, name = map(str, path)
        in_name = {token[2].split(".")[0] for token in _TOKEN.finditer(name) if token[2]}
        if self._document.data[section][name]["each"].keys() <= in_name:
            return "change one of the values, or put a word between the variables"
        return "put every variable into the name: jobs-{tenant}"

    def _copied(self, template: _Template, value: Json, path: Path, source: Path) -> Json:
        """`value`, which the template has at `source`, with its variables written out."""
        self._take(path, source)
        if isinstance(value, dict):
            return self._copied_map(template, value, path, source)
        if isinstance(value, list):
            return [
                self._copied(template, child, (*path, index), (*source, index)) for index, child in enumerate(value)
            ]
        return self._value(value, template, self._document.value_place(source)) if isinstance(value, str) else value

    def _copied_map(self, template: _Template, value: Mapping[str, Json], path: Path, source: Path) -> Json:
        copy: dict[str, Json] = {}
        for key, child in value.items():
            place = self._document.key_place((*source, key))
            made = self.text(key, template, place)
            if made in copy:
                self._fault("duplicate-key", f"'{made}' is defined twice", template, place, "rename one of the two")
            copy[made] = self._copied(template, child, (*path, made), (*source, key))
        return copy

    def _take(self, path: Path, source: Path) -> None:
        if source in self._document.keys:
            self.keys[path] = self._document.keys[source]
        if source in self._document.values:
            self.values[path] = self._document.values[source]

    def _value(self, text: str, template: _Template, place: Place) -> Json:
        """A string of the template: a value of any type where it is one variable, else text."""
        exact = _EXACT.match(text)
        return self._looked_up(exact[1], template, place) if exact else self.text(text, template, place)

    def text(self, text: str, template: _Template, place: Place) -> str:
        def one(token: re.Match[str]) -> str:
            if token[1]:
                return f"{{{token[1]}}}"
            return self._word(token[2], template, place) if token[2] else token[0]

        return _TOKEN.sub(one, text) if "{" in text else text

    def _word(self, name: str, template: _Template, place: Place) -> str:
        value = self._looked_up(name, template, place)
        if isinstance(value, (dict, list)):
            help_text = "make the variable the whole string, or name a value inside it"
            self._fault(
                "variable-not-text",
                f"'{{{name}}}' is a map or a list, which can't be part of a string",
                template,
                place,
                help_text,
            )
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def _looked_up(self, name: str, template: _Template, place: Place) -> Json:
        variable, *steps = name.split(".")
        if variable not in template.words:
            known = did_you_mean(variable, template.words)
            return self._unknown(name, template, place, f"{known}; for the text itself write {{{{{name}}}}}")
        word, value = template.words[variable]
        if not steps:
            return word
        for step in steps:
            known_here = value if isinstance(value, dict) else {}
            if step not in known_here:
                help_text = did_you_mean(step, known_here) or f"'{word}' has no values: write {{{word}: {{{step}: …}}}}"
                return self._unknown(name, template, place, help_text)
            value = known_here[step]
        return value

    def _unknown(self, name: str, template: _Template, place: Place, help_text: str) -> str:
        self._fault("unknown-variable", f"unknown variable '{{{name}}}' of 'each'", template, place, help_text)
        return ""

    def _fault(self, code: str, message: str, template: _Template, place: Place, help_text: str) -> None:
        self.faults.append(Diagnostic(code, message, place, ".".join(map(str, template.path)), help_text))
