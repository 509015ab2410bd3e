"""Find every use that a spec expresses and check it against what the target offers.

Everything that decides stands in the schemas: ``x-verbs`` (what ``uses`` may name), ``x-offers`` (what settings of
other kinds rely on), ``x-attributes`` (what ``${…}`` may read), ``x-reference`` (a property that names a component;
with ``x-or-arn`` the ARN of something outside may stand there too, with ``x-or-url`` an https address).
``x-existing`` says which of these a thing still gives that is there already and never changed.
``x-verbs-of`` names the property in which a component itself says what it offers, ``x-attributes-of`` the one with the
CloudFormation type whose attributes it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.language.components import components
from compiler.language.names import shout
from compiler.language.resource_types import attributes
from compiler.language.schema import Schema, owner_name
from compiler.source.diagnostics import Diagnostic, did_you_mean
from compiler.source.document import Document, Path
from compiler.source.interpolation import parts
from compiler.source.json_value import Json


@dataclass(frozen=True, slots=True)
class Edge:
    """A checked use: component `source` does `verb` with component `target`, by their names."""

    source: str
    target: str
    verb: str
    path: Path
    """Where it is written, from the top of the document."""
    prefix: str = ""
    """Stem of the environment variables; empty for a use that gives none."""
    attribute: str = ""
    """The attribute that a ``${…}`` reads; such an edge has no verb."""


@dataclass(frozen=True, slots=True)
class Connections:
    """`edges` are uses; `pointers` are the ``${component.attribute}`` in values."""

    edges: tuple[Edge, ...]
    pointers: tuple[Edge, ...]


def connect(document: Document, schema: Schema) -> tuple[Connections, tuple[Diagnostic, ...]]:
    """All edges of a resolved document that are sound, and the faults of those that are not."""
    connector = _Connector(document, schema)
    edges: list[Edge] = []
    pointers: list[Edge] = []
    for section, name, path, data in components(document, schema):
        kind = schema.kinds[section]
        edges += connector.uses(name, path, data.get("uses") or {})
        rest = {key: value for key, value in data.items() if key != "uses"}
        edges += connector.references(name, path, kind, rest)
        pointers += connector.pointers(name, path, {key: value for key, value in data.items() if key != "existing"})
        connector.known_before((*path, "existing"), data.get("existing"), "'existing'")
    connector.header()
    return Connections(tuple(edges), tuple(pointers)), tuple(connector.faults)


def _outside(about: Mapping[str, Json], value: str) -> bool:
    """Whether `value` names something that is no component, where that may stand."""
    starts = (("x-or-arn", "arn:"), ("x-or-url", "https://"))
    return any(about.get(key) and value.startswith(start) for key, start in starts)


class _Connector:
    def __init__(self, document: Document, schema: Schema) -> None:
        self._document = document
        self._schema = schema
        self._section = {name: section for section, name, _, _ in components(document, schema)}
        self._data = {name: data for _, name, _, data in components(document, schema)}
        self.faults: list[Diagnostic] = []

    def uses(self, source: str, path: Path, uses: Mapping[str, Json]) -> Iterator[Edge]:
        for target, said in uses.items():
            where = (*path, "uses", target)
            if not self._known(source, target, where):
                continue
            form = said if isinstance(said, dict) else {"verbs": said}
            prefix = form.get("as") or shout(target)
            verbs = form["verbs"] if isinstance(form["verbs"], list) else [form["verbs"]]
            for verb in verbs:
                if self._offered(target, verb, where, "x-verbs"):
                    yield Edge(source, target, verb, where, prefix)

    def references(self, source: str, path: Path, about: Json, value: Json) -> Iterator[Edge]:
        about = self._schema.deref(about)
        if isinstance(value, str):
            verb = None if _outside(about, value) else about.get("x-reference")
            if verb and self._known(source, value, path) and self._offered(value, verb, path, "x-offers"):
                yield Edge(source, value, verb, path)
        elif isinstance(value, dict):
            known, rest = about.get("properties", {}), about.get("additionalProperties")
            for key, child in value.items():
                below = known.get(key, rest)
                if isinstance(below, dict):
                    yield from self.references(source, (*path, key), below, child)
        elif isinstance(value, list) and isinstance(about.get("items"), Mapping):
            for index, child in enumerate(value):
                yield from self.references(source, (*path, index), about["items"], child)

    def pointers(self, source: str, path: Path, value: Json) -> Iterator[Edge]:
        if isinstance(value, dict):
            for key, child in value.items():
                yield from self.pointers(source, (*path, key), child)
        elif isinstance(value, list):
            for index, child in enumerate(value):
                yield from self.pointers(source, (*path, index), child)
        elif isinstance(value, str):
            for symbol in parts(value)[1::2]:
                target, _, attribute = symbol.partition(".")
                if attribute and self._known(source, target, path) and self._readable(target, attribute, path):
                    yield Edge(source, target, "", path, attribute=attribute)

    def header(self) -> None:
        """Hold what is in no component against what is there: `overrides` may point like any of them, tags may not."""
        for _ in self.pointers("", ("overrides",), self._document.data["overrides"]):
            pass
        self.known_before(("tags",), self._document.data["tags"], "a tag")

    def known_before(self, path: Path, value: Json, what: str) -> None:
        """Refuse what only AWS knows in a value that has to be known when the spec is compiled."""
        if isinstance(value, dict):
            for key, child in value.items():
                self.known_before((*path, key), child, what)
        elif isinstance(value, list):
            for index, child in enumerate(value):
                self.known_before((*path, index), child, what)
        for symbol in parts(value)[1::2] if isinstance(value, str) else ():
            message = f"{what} can't use '${{{symbol}}}', which is known only after deployment"
            help_text = "allowed: ${platform}, ${env}, ${region}, and ${account} where `account` is set"
            self._add("unknown-variable", message, path, help_text)

    def _known(self, source: str, target: str, path: Path) -> bool:
        if target in self._section and target != source:
            return True
        others = [name for name in self._section if name != source]
        message = f"there is no component '{target}'" if target != source else "a component can't use itself"
        self._add("unknown-component", message, path, did_you_mean(target, others))
        return False

    def _offered(self, target: str, verb: str, path: Path, kind_of_verb: str) -> bool:
        section = self._section[target]
        kind = self._schema.kinds[section]
        offered = kind.get(kind_of_verb, {})
        if kind_of_verb == "x-verbs" and "x-verbs-of" in kind:
            offered = self._data[target][kind["x-verbs-of"]]
        if verb in offered:
            return self._without_change(target, verb, path)
        if kind_of_verb == "x-offers":
            able = ", ".join(
                sorted(one for one, about in self._schema.kinds.items() if verb in about.get("x-offers", {}))
            )
            self._add(
                "wrong-kind",
                f"'{target}' is in {section}, which is not allowed here",
                path,
                f"use a component of: {able}",
            )
            return False
        about = did_you_mean(verb, offered) if offered else "nothing uses it; take it out"
        self._add("unknown-verb", f"a {kind['x-noun']} ('{target}') does not offer '{verb}'", path, about)
        return False

    def _without_change(self, target: str, verb: str, path: Path) -> bool:
        kind = self._schema.kinds[self._section[target]]
        if self._data[target].get("existing") is None or verb in kind["x-existing"]["offers"]:
            return True
        message = f"'{target}' is an existing resource, which is never changed, and '{verb}' would have to change it"
        self._add(
            "existing-unchanged",
            message,
            path,
            "make the change where it is managed, or create a resource in this platform",
        )
        return False

    def _readable(self, target: str, attribute: str, path: Path) -> bool:
        kind = self._schema.kinds[self._section[target]]
        known = tuple(kind.get("x-attributes", ()))
        if "x-attributes-of" in kind:
            known += attributes(self._data[target][kind["x-attributes-of"]])
        if self._data[target].get("existing") is not None:
            known = tuple(one for one in known if one not in kind["x-existing"].get("lacks", ()))
        if attribute in known:
            return True
        message = f"a {kind['x-noun']} ('{target}') has no attribute '{attribute}'"
        self._add("unknown-attribute", message, path, did_you_mean(attribute, known))
        return False

    def _add(self, code: str, message: str, path: Path, suggestion: str) -> None:
        document = self._document
        place = document.key_place(path) if path[-2:-1] == ("uses",) else document.value_place(path)
        self.faults.append(Diagnostic(code, message, place, owner_name(path), suggestion))
