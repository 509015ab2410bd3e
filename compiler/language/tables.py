"""Settings that stand in files of their own: maps (``x-table``: ``records: ./records.yaml``) and texts (``x-text``).

A table is put in the place of its name before anything else is read of the spec, and its values keep their places in
that file, so that errors lead there. A text replaces its name when everything else of the spec is known: nothing in it
is ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
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
    marked = {section: tuple(_marked(kind, keyword)) for section, kind in schema.kinds.items()}
    for path, section in _components(data, schema, {name for name, found in marked.items() if found}):
        for setting in marked[section]:
            for below, value in _below(value_at(data, path), setting):
                if isinstance(value, str):
                    yield (*path, *below), value


def _marked(about: Mapping[str, Json], keyword: str, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Settings that have a keyword; ``*`` stands for every entry of a map."""
    if about.get(keyword):
        yield path
    inside = dict(about.get("properties", {}))
    rest = about.get("additionalProperties")
    for name, one in (inside | ({"*": rest} if isinstance(rest, Mapping) else {})).items():
        yield from _marked(one, keyword, (*path, name))


def _below(value: Json, setting: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Json]]:
    if not setting:
        yield (), value
        return
    first, *rest = setting
    inside = mapping(value)
    for name in inside if first == "*" else [name for name in (first,) if name in inside]:
        yield from (((name, *path), found) for path, found in _below(inside[name], tuple(rest)))


def _components(data: Mapping[str, Json], schema: Schema, sections: AbstractSet[str]) -> Iterator[tuple[Path, str]]:
    """Each place that has settings of a component, with its section: in the file, its groups, changes and defaults."""
    for layer in layers(data):
        groups = [(*layer, GROUPS, group) for group in mapping(value_at(data, (*layer, GROUPS)))]
        for section in (section for section in schema.kinds if section in sections):
            yield (*layer, "defaults", section), section
            for place in (layer, *groups):
                several = mapping(value_at(data, (*place, section)))
                names = [()] if schema.singleton(section) else [(name,) for name in several]
                yield from (((*place, section, *name), section) for name in names)


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
