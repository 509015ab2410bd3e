"""Settings that stand in files of their own: maps (``x-table``: ``records: ./records.yaml``) and texts (``x-text``).

A table is put in the place of its name before anything else is read of the spec, and its values keep their places in
that file, so that errors lead there. A text replaces its name when everything else of the spec is known: nothing in it
is ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath

from compiler.language.group_places import GROUPS, layers, mapping, replaced, value_at
from compiler.language.schema import Schema
from compiler.source.diagnostics import Diagnostic, SpecError, refuse
from compiler.source.document import Document, Path
from compiler.source.interpolation import CLOSE, OPEN
from compiler.source.json_value import Json
from compiler.source.load import load, read_text

TABLE = "x-table"
TEXT = "x-text"
_FILE = r"(\./)?([A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*"
PATTERN = rf"^{_FILE}\.ya?ml$"
"""In the folder of the spec or below it, so that another revision of the spec has its own."""
_IN_THE_FOLDER = "a file in the spec's folder or below it"
EXPECTED = f"{_IN_THE_FOLDER}, such as ./records.yaml"
_OF_THE_PLACE = ("missing-file", "unreadable-file")
_OF_A_SPEC = {"empty-file": "the file has no content", "not-a-mapping": "the file is not a mapping"}


def with_tables(document: Document, schema: Schema) -> Document:
    """The spec with the content of the files that it names. Raises `SpecError` for those that can't be read."""
    faults: list[Diagnostic] = []
    for path, name in _named(document.data, schema, TABLE):
        try:
            document = _with(document, path, _read(document, path, name))
        except SpecError as problem:
            faults += problem.diagnostics
    refuse(faults)
    return document


def table_files(document: Document, schema: Schema) -> tuple[str, ...]:
    """Names of the files that a spec names, as far as they are names."""
    found = (name for keyword in (TABLE, TEXT) for _, name in _named(document.data, schema, keyword))
    return tuple(sorted({name for name in found if re.fullmatch(_FILE, name)}))


def with_texts(document: Document, schema: Schema) -> Document:
    """A resolved spec with the texts of the files that it names. Raises `SpecError` for those that can't be read."""
    faults: list[Diagnostic] = []
    for path, name in _named(document.data, schema, TEXT):
        try:
            document = replace(document, data=replaced(document.data, path, _read_text(document, path, name)))
        except SpecError as problem:
            faults += problem.diagnostics
    refuse(faults)
    return document


def _read_text(document: Document, path: Path, name: str) -> str:
    """The text, with the ends of lines that it has in Git."""
    place = document.value_place(path)
    if not re.fullmatch(_FILE, name):
        raise SpecError([Diagnostic("bad-value", f"'{name}' can't be read: expected {_IN_THE_FOLDER}", place)])
    try:
        text = read_text(str(PurePath(document.file).parent / name)).replace("\r\n", "\n")
        if any(one in text for one in (OPEN, CLOSE, "\0")):
            raise SpecError([Diagnostic("bad-value", f"'{name}' has characters that are no text", place)])
        return text
    except SpecError as problem:
        raise SpecError(_about_a_table(one, name, place) for one in problem.diagnostics) from None


def _named(data: Mapping[str, Json], schema: Schema, keyword: str) -> Iterator[tuple[Path, str]]:
    """Where a spec names a file with a setting, and its name."""
    for place, sections in _places(data):
        for section, value in sections.items():
            kind = schema.kinds.get(section)
            if kind and schema.reaches(kind, (keyword,)):
                one = schema.singleton(section) or place[-1:] == ("defaults",)
                components = {(): value} if one else {(name,): found for name, found in mapping(value).items()}
                for name, settings in components.items():
                    yield from (((*place, section, *name, *path), text) for path, text in _set(settings, kind, keyword))


def _places(data: Mapping[str, Json]) -> Iterator[tuple[Path, Mapping[str, Json]]]:
    """What has sections: the file, its groups and defaults, and what environments and fleets change of these."""
    for layer in layers(data):
        there = mapping(value_at(data, layer))
        yield layer, there
        yield (*layer, "defaults"), mapping(there.get("defaults"))
        yield from (((*layer, GROUPS, name), mapping(one)) for name, one in mapping(there.get(GROUPS)).items())


def _set(value: Json, about: Mapping[str, Json], keyword: str) -> Iterator[tuple[Path, str]]:
    """Texts of a component where its schema has the keyword."""
    if about.get(keyword) and isinstance(value, str):
        yield (), value
    properties, rest = about.get("properties", {}), about.get("additionalProperties")
    for name, inside in mapping(value).items():
        schema = properties.get(name, rest)
        if isinstance(schema, Mapping):
            yield from (((name, *path), text) for path, text in _set(inside, schema, keyword))


def _read(document: Document, path: Path, name: str) -> Document:
    """The file that a setting names; what is wrong with its name is told where it is named."""
    place = document.value_place(path)
    if not re.match(PATTERN, name):
        raise SpecError([Diagnostic("bad-value", f"'{name}' can't be read: expected {EXPECTED}", place)])
    try:
        return load(str(PurePath(document.file).parent / name))
    except SpecError as problem:
        raise SpecError(_about_a_table(one, name, place) for one in problem.diagnostics) from None


def _about_a_table(found: Diagnostic, name: str, place: Json) -> Diagnostic:
    """A fault of reading a file in the words for a table."""
    if found.code in _OF_THE_PLACE:
        message = found.message.replace("there is no such file", f"there is no file '{name}' in the spec's folder")
        return replace(found, message=message, place=place, suggestion="")
    if found.code in _OF_A_SPEC:
        help_text = "write an entry for each: 'www: {type: A, …}'; an empty table is {}"
        return replace(found, message=_OF_A_SPEC[found.code], suggestion=help_text)
    return found


def _with(document: Document, path: Path, table: Document) -> Document:
    """`document` with `table` at a path; the whole of it stays where its name stands."""
    return replace(
        document,
        data=replaced(document.data, path, table.data),
        keys={**document.keys, **{(*path, *below): place for below, place in table.keys.items()}},
        values={**document.values, **{(*path, *below): place for below, place in table.values.items() if below}},
    )
