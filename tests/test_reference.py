"""The generated files are what the schemas give."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from compiler.language.editor import editor_schema
from compiler.language.reference import generated
from compiler.language.schema import load_schema
from compiler.language.times import PATTERN, TIME
from compiler.source.json_value import Json

FILES = generated(load_schema())


@pytest.mark.parametrize("path", sorted(FILES), ids=lambda path: path.name)
def test_generated_file_is_up_to_date(path: Path, update: bool) -> None:
    if update:
        path.write_text(FILES[path], encoding="utf-8")
    assert path.read_text(encoding="utf-8") == FILES[path], "run: make docs"


def loaded(file: Path) -> object:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeError, RecursionError):
        return None


def with_times(schema: Json) -> Json:
    """The schema with text wherever it knows times: the compiler holds those against it by itself."""
    if isinstance(schema, list):
        return [with_times(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: with_times(one) for key, one in schema.items()}
    return {"anyOf": [inner, {"type": "string", "pattern": PATTERN}]} if TIME in schema else inner


def test_the_schema_for_editors_accepts_and_refuses_what_the_whole_schema_does() -> None:
    """But for text with pointers, of which only the compiler knows what it becomes."""
    whole, slim = (
        Draft202012Validator(with_times(load_schema().written())),
        Draft7Validator(editor_schema(load_schema())),
    )
    folder = Path(__file__).parent / "golden"
    files = [file for pattern in ("*/spec.yaml", "errors/*/spec.yaml") for file in sorted(folder.glob(pattern))]
    specs = [loaded(file) for file in files if b"${" not in file.read_bytes()]
    verdicts = [whole.is_valid(spec) for spec in specs]
    assert [slim.is_valid(spec) for spec in specs] == verdicts
    assert set(verdicts) == {True, False}


def test_a_setting_under_defaults_is_held_as_the_component_s_own() -> None:
    slim = Draft7Validator(editor_schema(load_schema()))
    head = {"platform": "demo", "environments": {"dev": {"posture": "development"}}}
    for seconds, valid in ((30, True), (-1, False)):
        assert slim.is_valid({**head, "defaults": {"queues": {"visibility_seconds": seconds}}}) is valid
