"""An editor marks what `validate` marks, at the same settings, as far as a schema can know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

from compiler.language.editor import editor_schema
from compiler.language.schema import load_schema
from compiler.source.document import Document
from compiler.source.json_value import Json
from compiler.source.load import load
from tests.kinds.building import faults
from tests.yaml_server.client import Client
from tests.yaml_server.positions import MODELINE

ROWS: list[Mapping[str, Json]] = yaml.safe_load((Path(__file__).parent / "wrong.yaml").read_text(encoding="utf-8"))
EDITOR = Draft7Validator(editor_schema(load_schema()))
HEAD = {"platform": "platform: shop\n", "environments": "environments: {dev: {posture: staging}}\n"}
rows = pytest.mark.parametrize("row", ROWS, ids=[row["name"] for row in ROWS])


def written(row: Mapping[str, Json]) -> str:
    """The whole spec of a row."""
    text = str(row["spec"])
    head = "" if row.get("whole") else "".join(line for name, line in HEAD.items() if f"{name}:" not in text)
    return f"{MODELINE}../schema/platform.schema.json\n{head}{text}\n"


def marked(document: Document, starts: Iterable[tuple[int, int]], wanted: Iterable[str]) -> list[str]:
    """Of each place its setting: the wanted one if it begins there, by its key or value."""
    found = []
    for start in starts:
        here = [
            path
            for places in (document.keys, document.values)
            for path, at in places.items()
            if (at.line, at.column) == start
        ]
        names = {".".join(map(str, path)) for path in here}
        found.append(next((name for name in wanted if name in names), str(sorted(names))))
    return sorted(found)


@pytest.fixture
def document(row: Mapping[str, Json], tmp_path: Path) -> Document:
    path = tmp_path / "spec.yaml"
    path.write_text(written(row), encoding="utf-8")
    return load(str(path))


@rows
def test_validate_marks_it(row: Mapping[str, Json], document: Document) -> None:
    places = {(one.line, one.column) for found in faults(written(row)) for one in (found.place, *found.also)}
    assert marked(document, places, row["marks"]) == sorted(row["marks"])


@rows
def test_the_schema_refuses_it(row: Mapping[str, Json], document: Document) -> None:
    assert EDITOR.is_valid(document.data) is ("validate" in row)


@rows
def test_the_yaml_language_server_marks_it(row: Mapping[str, Json], document: Document, server: Client) -> None:
    starts = [found["range"]["start"] for found in server.marks("wrong.yaml", written(row))]
    places = {(start["line"] + 1, start["character"] + 1) for start in starts}
    wanted = [] if "validate" in row else sorted(row.get("editor", row["marks"]))
    assert marked(document, places, wanted) == wanted
