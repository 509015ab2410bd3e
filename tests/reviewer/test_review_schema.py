"""The published schema of a review as JSON is what is written."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from compiler.source.json_value import Json
from reviewer import change
from reviewer.drifted import Drifted
from reviewer.files import review_json, write_reviews
from tests.reviewer.compiling import CHANGES, review_of
from tests.reviewer.test_large_reviews import large
from tests.reviewer.test_view import REVIEW

SCHEMA: Json = json.loads((Path(__file__).parents[2] / "schema" / "review.schema.json").read_text(encoding="utf-8"))
CLASSES = {
    "review": change.Review,
    "risk": change.Risk,
    "component": change.ComponentChange,
    "setting": change.Setting,
    "change": change.Change,
    "detail": change.Detail,
    "row": change.ServiceChange,
    "drifted": Drifted,
}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", CLASSES)
def test_the_schema_has_the_fields_of_the_values(name: str) -> None:
    assert sorted(SCHEMA["$defs"][name]["properties"]) == sorted(one.name for one in dataclasses.fields(CLASSES[name]))
    assert SCHEMA["$defs"][name]["required"] == [*SCHEMA["$defs"][name]["properties"]]


@pytest.mark.parametrize("name", CHANGES)
def test_reviews_are_valid(name: str, tmp_path: Path) -> None:
    data = json.loads(review_json([review_of(name, tmp_path), REVIEW, large(2)]))
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(data)] == []
    assert change.review_from_json(data["reviews"][1]) == REVIEW


def test_each_file_has_the_form_of_its_suffix(tmp_path: Path) -> None:
    files = [tmp_path / f"review{suffix}" for suffix in (".md", ".html", ".json", ".txt")]
    write_reviews([REVIEW], files)
    starts = [file.read_text(encoding="utf-8")[:15] for file in files]
    assert starts == ["### demo · dev ", "<!doctype html>", '{\n  "format": "', "demo · dev · up"]
