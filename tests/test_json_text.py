"""The fast JSON writer gives the bytes of the standard library's."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from compiler.source.json_value import Json
from compiler.stacks.json_text import indented

TEMPLATES = sorted((Path(__file__).parent.parent / "templates_out").rglob("*.json"))
VALUES: draw.SearchStrategy[Json] = draw.recursive(
    draw.none() | draw.booleans() | draw.integers() | draw.floats(allow_nan=False, allow_infinity=False) | draw.text(),
    lambda inner: draw.lists(inner, max_size=4) | draw.dictionaries(draw.text(max_size=6), inner, max_size=4),
    max_leaves=25,
)


def by_the_library(value: Json) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)


@given(VALUES)
def test_any_value(value: Json) -> None:
    assert indented(value) == by_the_library(value)


@pytest.mark.parametrize(
    "value", [True, False, None, {}, [], (), 0, 1, 1.0, -0.0, 1e300, "", "é\n\u2028", {"b": [{}], "a": ()}]
)
def test_values_that_are_written_specially(value: Json) -> None:
    assert indented(value) == by_the_library(value)


def test_templates() -> None:
    assert TEMPLATES
    for file in TEMPLATES:
        text = file.read_text(encoding="utf-8")
        assert f"{indented(json.loads(text))}\n" == text
