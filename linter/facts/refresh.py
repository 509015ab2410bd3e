"""Facts with the lists of the installed packages and with what people wrote beside them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from compiler.language.facts import fact_names
from compiler.language.schema import schema_folder
from compiler.source.json_value import Json
from linter.facts.shipped import LISTS, natural, schema_date

_WIDTH = 130


def refreshed() -> dict[Path, str]:
    """File → its text: every fact, in one form. The date is that of cfn-lint's schemas, never today's."""
    files = {name: schema_folder() / "facts" / f"{name}.json" for name in fact_names()}
    return {file: _text(_renewed(name, json.loads(file.read_bytes()))) for name, file in files.items()}


def _renewed(name: str, data: Mapping[str, Json]) -> Mapping[str, Json]:
    if name not in LISTS:
        return data
    source, shipped = LISTS[name]
    values, old = shipped(), data["values"]
    if "by" in data:
        merged: Json = {of: _merged(values[of], old.get(of, {})) for of in values}
    else:
        merged = _merged(values, old)
    return {**data, "date": schema_date(), "source": source, "values": merged}


def _merged(shipped: Json, old: Json) -> Json:
    """A list as it is shipped; of a map what is curated stays, and what the packages know wins."""
    if isinstance(shipped, list):
        return shipped
    curated = {value: about for value, about in old.items() if about or value in shipped}
    values = sorted({*shipped, *curated}, key=natural)
    return {value: {**curated.get(value, {}), **shipped.get(value, {})} for value in values}


def _text(data: Mapping[str, Json]) -> str:
    """A value a line, or a family a line, so that a change shows what AWS changed."""
    return "\n".join(_lines(data, "")) + "\n"


def _lines(value: Json, indent: str, head: str = "", tail: str = "") -> Iterator[str]:
    short = f"{indent}{head}{json.dumps(value, ensure_ascii=False)}{tail}"
    if len(short) <= _WIDTH or not value or isinstance(value, str):
        yield short
        return
    opening, closing = "{}" if isinstance(value, Mapping) else "[]"
    yield f"{indent}{head}{opening}"
    yield from _mapping(value, indent) if isinstance(value, Mapping) else _list(value, indent)
    yield f"{indent}{closing}{tail}"


def _mapping(value: Mapping[str, Json], indent: str) -> Iterator[str]:
    for number, (key, child) in enumerate(value.items(), start=1):
        tail = "," if number < len(value) else ""
        yield from _lines(child, f"{indent}  ", f"{json.dumps(key)}: ", tail)


def _list(value: list[Json], indent: str) -> Iterator[str]:
    """As many of a family as fit into a line."""
    families = [list(group) for _, group in itertools.groupby(value, lambda one: str(one).rpartition(".")[0])]
    rows = [row for family in families for row in _rows([json.dumps(one) for one in family], _WIDTH - len(indent))]
    for number, row in enumerate(rows, start=1):
        yield f"{indent}  {', '.join(row)}{',' if number < len(rows) else ''}"


def _rows(words: list[str], width: int) -> Iterator[list[str]]:
    row: list[str] = []
    for word in words:
        if row and len(", ".join((*row, word))) > width:
            yield row
            row = []
        row.append(word)
    yield row
