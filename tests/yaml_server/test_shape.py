"""The schema for editors is one that every editor reads, and has everything where the YAML language server looks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from compiler.language.editor import editor_schema
from compiler.language.editor_shared import shared
from compiler.language.schema import load_schema
from compiler.source.json_value import Json
from tests.yaml_server.positions import MODELINE

ROOT = Path(__file__).parents[2]
SCHEMA = editor_schema(load_schema())
NAMED = ("properties", "patternProperties", "definitions")
VALUES = ("examples", "enum", "const", "required", "dependencies", "defaultSnippets")
MOST = 2_000_000
"""Bytes of the file: an editor reads them before it says anything."""


def parts(schema: Json, path: str = "") -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Each schema in `schema`, itself first."""
    if isinstance(schema, Mapping):
        yield path, schema
        for keyword, value in schema.items():
            if keyword not in VALUES:
                below = value.values() if keyword in NAMED else value if isinstance(value, list) else (value,)
                for child in below:
                    yield from parts(child, f"{path}/{keyword}")


def test_it_is_a_schema_of_draft_7() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert all(SCHEMA[key] for key in ("$id", "title", "description"))


@pytest.mark.parametrize("keyword", ["default", "$defs", "dependentRequired", "prefixItems"])
def test_it_has_no_keyword_that_an_editor_stumbles_over(keyword: str) -> None:
    assert [path for path, part in parts(SCHEMA) if keyword in part] == []


def test_no_keyword_stands_beside_a_reference() -> None:
    """In draft 7 it would not count."""
    assert [path for path, part in parts(SCHEMA) if "$ref" in part and len(part) > 1] == []


def test_each_reference_has_its_definition_and_each_definition_is_used() -> None:
    used = {str(part["$ref"]).removeprefix("#/definitions/") for _, part in parts(SCHEMA) if "$ref" in part}
    assert used == set(SCHEMA["definitions"])


def test_nothing_long_stands_twice() -> None:
    texts = [json.dumps(part) for path, part in parts(SCHEMA) if path and "$ref" not in part]
    assert [text for text in set(texts) if len(text) > 200 and texts.count(text) > 1] == []


def test_a_part_that_stands_twice_is_named_after_its_first_place() -> None:
    part = {"description": "x" * 200, "type": "string"}
    whole = {"properties": {"a": {"properties": {"b": part}}, "c": {"items": part}, "d": {"anyOf": [part, {}]}}}
    reference = {"$ref": "#/definitions/a.b"}
    properties = {"a": {"properties": {"b": reference}}, "c": {"items": reference}, "d": {"anyOf": [reference, {}]}}
    assert shared(whole) == {"properties": properties, "definitions": {"a.b": part}}


def test_it_is_not_too_large() -> None:
    assert (ROOT / "schema" / "platform.schema.json").stat().st_size < MOST


@pytest.mark.parametrize(
    "path", [*sorted(ROOT.glob("spec/*.yaml")), *sorted(ROOT.glob("examples/*.yaml"))], ids=lambda path: path.name
)
def test_each_spec_and_example_names_its_schema(path: Path) -> None:
    first = path.read_text(encoding="utf-8").split("\n", 1)[0]
    assert first.startswith(MODELINE)
    schema = (path.parent / first.removeprefix(MODELINE)).resolve()
    assert schema == ROOT / "schema" / "platform.schema.json"


def test_the_lock_of_the_language_server_names_no_host() -> None:
    lock = json.loads((Path(__file__).parent / "tools" / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    assert [name for name, one in packages.items() if "resolved" in one or "integrity" not in one] == []
