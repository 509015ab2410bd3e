"""The quick check and jsonschema give the same verdict."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

from compiler.language.accept import Acceptor
from compiler.language.editor import editor_schema
from compiler.language.schema import load_schema
from compiler.language.validate import validator
from compiler.source.json_value import Json
from compiler.source.load import load

SCHEMA = load_schema().written()
VALIDATOR = validator(SCHEMA)
ACCEPTOR = Acceptor(SCHEMA)
EDITOR = Draft7Validator(editor_schema(load_schema()))
SPECS = sorted(Path(__file__).parent.glob("golden/*/spec.yaml"))
POINTING = [path for path in SPECS if path.parent.name in ("pointers-fixed", "domains-tables")]
"""Specs that fit their schema once pointers to what they fix are text, or what stands in other files is read."""
SOUND = [load(str(path)).data for path in SPECS if path not in POINTING]

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-10, 100_000),
    st.floats(allow_nan=False, allow_infinity=False, width=32),
    st.text(max_size=8),
    st.sampled_from(["10.0.0.0/16", "${a.b}", "postgres", "15", "rate(1 hour)", "90s", "4d", "4 d", "GET /", ""]),
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def paths(value: Json, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deep for key, child in below for deep in paths(child, (*path, key)))]


def with_value(value: Json, path: tuple[str | int, ...], new: Json) -> Json:
    if not path:
        return new
    if isinstance(value, dict):
        return {key: with_value(child, path[1:], new) if key == path[0] else child for key, child in value.items()}
    return [with_value(child, path[1:], new) if index == path[0] else child for index, child in enumerate(value)]


@pytest.mark.parametrize(
    ("pattern", "text", "same"),
    [
        ("^[a-z]+$", "a", True),
        ("^[a-z]+$", "a\n", False),
        ("^(a$|b)", "a\n", False),
        ("^a[$]$", "a$", True),
        (r"^a\$$", "a$", True),
        (r"^a\$", "a$\n", True),
        (r"^[\]$]+$", "]$", True),
        ("^a", "a\n", True),
    ],
)
def test_the_end_of_a_pattern_is_the_very_end(pattern: str, text: str, same: bool) -> None:
    schema = {"pattern": pattern}
    assert Acceptor(schema).accepts(schema, text) is same
    assert validator(schema).is_valid(text) is same


def test_a_schema_that_is_made_for_one_question_answers_that_one() -> None:
    acceptor = Acceptor({"$defs": {}})
    assert [acceptor.accepts({"maxLength": most}, "four") for most in range(9) for _ in range(9)] == [
        most >= 4 for most in range(9) for _ in range(9)
    ]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.parent.name)
def test_editors_take_every_sound_spec(path: Path) -> None:
    assert [fault.message for fault in EDITOR.iter_errors(load(str(path)).data)] == []


@pytest.mark.parametrize("data", SOUND, ids=[path.parent.name for path in SPECS if path not in POINTING])
def test_sound_specs_are_accepted_by_both(data: Json) -> None:
    assert ACCEPTOR.accepts(SCHEMA, data)
    assert VALIDATOR.is_valid(data)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_both_say_the_same_of_a_spec_with_one_value_changed(draw: st.DataObject) -> None:
    data = draw.draw(st.sampled_from(SOUND))
    path = draw.draw(st.sampled_from(paths(data)))
    changed = with_value(data, path, draw.draw(values))
    assert ACCEPTOR.accepts(SCHEMA, changed) == VALIDATOR.is_valid(changed)
