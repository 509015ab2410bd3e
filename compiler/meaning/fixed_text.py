"""Pointers to what the spec itself fixes (`compiler.meaning.fixed_attributes`), as text wherever text is checked.

What is checked is always the text: the schema's patterns, the kinds' checks, claimed names. What is built keeps the
pointer wherever the language takes one, so that the resource still waits for what it reads, as with any pointer. It
has the text where no pointer can stand: where schema or checks refuse the pointer and take the text, in tags, and in
components that exist already, which nothing waits for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from compiler.language.components import components
from compiler.language.naming import written_out
from compiler.language.resolve import header, settings, variables
from compiler.language.schema import Schema, divided, owner_name
from compiler.language.validate import refused_paths, validate
from compiler.meaning.edges import Connections
from compiler.meaning.fixed_attributes import FixedAttributes
from compiler.meaning.resolved import ResolvedComponent, resolved_spec
from compiler.meaning.spelling import replaced_at, value_at
from compiler.source.diagnostics import Diagnostic, SpecError, refuse
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.interpolation import OPEN, expanded, has_symbols, parts, pointers, rewritten, spelled, strings
from compiler.source.json_value import Json

_RAW = ("properties",)
"""Settings that go into the template as they are."""


@frozen(eq=True)
class FixedDocument:
    """A written document with the text that some of its values become."""

    document: Document
    texts: Mapping[Path, str]

    def validated(self, schema: Schema, effective: Mapping[str, Json]) -> Document:
        """The document to go on with; raises `SpecError` with every place where its text breaks the schema."""
        if not self.texts:
            validate(self.document, effective)
            return self.document
        try:
            validate(_with(self.document, self.texts), effective)
        except SpecError as problem:
            refuse(quoted(problem.diagnostics, _with(self.document, self.texts)))
        refused = near(self.texts, refused_paths(self.document, effective))
        known = {path for path in self.texts if path[0] == "tags" or _exists(self.document, path)}
        return _with(self.document, {path: self.texts[path] for path in self.texts if path in {*refused, *known}})


def fixed_text(document: Document, schema: Schema) -> FixedDocument:
    """The text of a written document's pointers, before it is held against its schema.

    Raises `SpecError` for pointers that lead back to themselves.
    """
    written = {path: text for path, text in strings(_with_pointers(document, schema)) if _points(text)}
    if not written:
        return FixedDocument(document, {})
    attributes, known = _of_written(document, schema)

    def text(path: Path) -> str:
        source = owner_name(path)
        return rewritten(written[path], lambda name: known.get(name) or attributes.text(source, name, path))

    texts = {path: found for path in written if _has(attributes, written[path], path) and (found := text(path))}
    refuse(_circles(document, attributes))
    return FixedDocument(document, texts)


def plain(document: Document, schema: Schema) -> Document:
    """A resolved document with the text of every pointer that is fixed, for whoever checks text."""
    if not has_symbols(document.data):
        return document
    written = {
        (*path, *below): text
        for section, _, path, data in components(document, schema)
        if has_symbols(data)
        for below, text in _symbols(_checked(schema.kinds[section], data))
    }
    if not written:
        return document
    attributes = FixedAttributes(resolved_spec(document, schema), schema, lambda component: component.settings)
    texts = {path: attributes.plain(owner_name(path), text, path) for path, text in written.items()}
    return _with(document, {path: text for path, text in texts.items() if text != written[path]})


def with_text_at(document: Document, checked: Document, faults: Iterable[Path]) -> Document:
    """`document` with the text of its `plain` copy wherever its pointers gave `faults` that the text does not give."""
    new = {path: str(value_at(checked.data, path)) for path in checked.became if path not in document.became}
    needed = near(new, faults)
    return _with(document, {path: text for path, text in new.items() if path in needed})


def still_read(connections: Connections, document: Document) -> Connections:
    """Connections without the pointers that have become text in `document`."""
    symbols = {path: parts(str(value_at(document.data, path)))[1::2] for path in document.became}
    pointers = (
        one
        for one in connections.pointers
        if one.path not in symbols or f"{one.target}.{one.attribute}" in symbols[one.path]
    )
    references = tuple(path for path in connections.references if symbols.get(path) != ())
    return Connections(connections.edges, tuple(pointers), references)


def near(paths: Iterable[Path], faults: Iterable[Path]) -> set[Path]:
    """Those of `paths` that may be to blame for `faults`: below a fault, or else nearest around it."""
    every, found = tuple(paths), set()
    for fault in faults:
        ends = (fault[:size] for size in range(len(fault), -1, -1))
        found |= next((below for end in ends if (below := {one for one in every if one[: len(end)] == end})), set())
    return found


def quoted(found: Iterable[Diagnostic], document: Document, written: Document | None = None) -> Iterator[Diagnostic]:
    """Each diagnostic, with what the author wrote and what it became where its value is other text.

    `written` is the document as it was before `connect` gave components their addresses.
    """
    told = {(owner_name(path), document.value_place(path)): change for path, change in document.became.items()}
    for path, text in _symbols(written.data) if written and told else ():
        where = owner_name(path), document.value_place(path)
        if path in document.became and where in told:
            told[where] = (str(spelled(text)), told[where][1])
    for one in found:
        old, new = told.get((one.component, one.place), ("", ""))
        yield replace(one, message=f'{one.message} ("{old}" is "{new}")') if old else one


def _with(document: Document, texts: Mapping[Path, str]) -> Document:
    """The document with `texts` at their paths."""
    if not texts:
        return document
    old = {path: str(spelled(value_at(document.data, path))).replace("$${", "${") for path in texts}
    became = {path: (old[path], text.replace("$${", "${")) for path, text in texts.items()}
    return replace(document, data=replaced_at(document.data, texts), became={**document.became, **became})


def _points(text: str) -> bool:
    return any(closed and "." in name for name, closed in pointers(text))


def _has(attributes: FixedAttributes, text: str, path: Path) -> bool:
    """Whether one of the pointers in written text is fixed."""
    source = owner_name(path)
    return any(attributes.text(source, name, path) is not None for name, closed in pointers(text) if "." in name)


def _with_pointers(document: Document, schema: Schema) -> Json:
    """What of a written document may point at attributes that are fixed."""
    found = {section: document.data[section] for section in schema.kinds if section in document.data}
    return {**found, "tags": document.data.get("tags")}


def _exists(document: Document, path: Path) -> bool:
    owner = divided(path)[0]
    return bool(owner) and value_at(document.data, owner).get("existing") is not None


def _checked(kind: Mapping[str, Json], data: Mapping[str, Json]) -> Mapping[str, Json]:
    """The settings whose text is checked: not raw properties, nor what is another language (``x-verbatim``)."""
    about = kind["properties"]
    return {
        name: value
        for name, value in data.items()
        if name not in _RAW and not about.get(name, {}).get("x-verbatim") and "x-attributes-of" not in kind
    }


def _symbols(value: Json, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every string in a resolved value that has a pointer, with its path."""
    if isinstance(value, str):
        if OPEN in value:
            yield path, value
    elif isinstance(value, Mapping):
        for key, child in value.items():
            yield from _symbols(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _symbols(child, (*path, index))


def _of_written(document: Document, schema: Schema) -> tuple[FixedAttributes, Mapping[str, str]]:
    """The fixed attributes of a document before its schema has passed, and the other variables."""
    head = header(document, schema)
    known = variables(head)
    data = {**expanded(head, known), "naming": written_out(document, known)}
    for section in schema.kinds:
        if section in document.data or section in schema.implied_sections:
            data[section] = _sound(document.data.get(section, {}), schema.singleton(section))
    spec = resolved_spec(replace(document, data=data), schema)
    settled: dict[str, Mapping[str, Json]] = {}

    def settle(one: ResolvedComponent) -> Mapping[str, Json]:
        if one.address not in settled:
            settled[one.address] = settings(one.settings, one.kind, schema, head)
        return settled[one.address]

    return FixedAttributes(spec, schema, settle), known


def _sound(section: Json, alone: bool) -> Mapping[str, Json]:
    """A written section without components that are no maps, which its schema refuses."""
    if not isinstance(section, dict):
        return {}
    return section if alone else {name: one for name, one in section.items() if isinstance(one, dict)}


def _circles(document: Document, attributes: FixedAttributes) -> Iterator[Diagnostic]:
    told: set[frozenset[Path]] = set()
    for circle in attributes.circles:
        paths = [path for _, path in circle]
        if frozenset(paths) not in told:
            told.add(frozenset(paths))
            owners = [owner_name(path) for path in paths]
            message = f"values refer to each other in a cycle: {' → '.join((*owners, owners[0]))}"
            first, *others = map(document.value_place, paths)
            yield Diagnostic("pointer-cycle", message, first, owners[0], "remove one of these uses", tuple(others))
