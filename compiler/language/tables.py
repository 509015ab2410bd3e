"""Settings that stand in a file of their own, wherever a schema says ``x-table``: ``records: ./records.yaml``.

What the file holds is put in the place of its name, before anything else is read of the spec. Its values keep their
places in that file, so that errors lead there.
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
from compiler.source.json_value import Json
from compiler.source.load import load

TABLE = "x-table"
PATTERN = r"^(\./)?([A-Za-z0-9_-][A-Za-z0-9._-]*/)*[A-Za-z0-9_-][A-Za-z0-9._-]*\.ya?ml$"
"""In the folder of the spec or below it, so that another revision of the spec has its own."""
EXPECTED = "a file in the spec's folder or below it, such as ./records.yaml"
_OF_THE_PLACE = ("missing-file", "unreadable-file")
_OF_A_SPEC = {"empty-file": "the file has no content", "not-a-mapping": "the file is not a mapping"}


def with_tables(document: Document, schema: Schema) -> Document:
    """The spec with the content of the files that it names. Raises `SpecError` for those that can't be read."""
    faults: list[Diagnostic] = []
    for path, name in _tables(document.data, schema):
        try:
            document = _with(document, path, _read(document, path, name))
        except SpecError as problem:
            faults += problem.diagnostics
    refuse(faults)
    return document


def table_files(document: Document, schema: Schema) -> tuple[str, ...]:
    """Names of the files that a spec names, as far as they are names."""
    found = {name for _, name in _tables(document.data, schema) if re.match(PATTERN, name)}
    return tuple(sorted(found))


def _tables(data: Mapping[str, Json], schema: Schema) -> Iterator[tuple[Path, str]]:
    """Where a spec names a file with a setting, and its name."""
    for path, section in _components(data, schema):
        for name, about in schema.kinds[section]["properties"].items():
            value = mapping(value_at(data, path)).get(name)
            if about.get(TABLE) and isinstance(value, str):
                yield (*path, name), value


def _components(data: Mapping[str, Json], schema: Schema) -> Iterator[tuple[Path, str]]:
    """Each place that has settings of a component, with its section: in the file, its groups, changes and defaults."""
    for layer in layers(data):
        groups = [(*layer, GROUPS, group) for group in mapping(value_at(data, (*layer, GROUPS)))]
        for section in (section for section in schema.kinds if _has_tables(schema, section)):
            yield (*layer, "defaults", section), section
            for place in (layer, *groups):
                several = mapping(value_at(data, (*place, section)))
                names = [()] if schema.singleton(section) else [(name,) for name in several]
                yield from (((*place, section, *name), section) for name in names)


def _has_tables(schema: Schema, section: str) -> bool:
    return any(about.get(TABLE) for about in schema.kinds[section]["properties"].values())


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
