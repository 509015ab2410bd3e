"""Reading YAML: places, the 1.2 core schema, merge keys, and no text whatsoever that gives a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.source.diagnostics import SpecError
from compiler.source.document import Document
from compiler.source.json_value import Json
from compiler.source.load import load

REFERENCE = (Path(__file__).parent.parent / "spec" / "rayman-portfolio.yaml").read_text(encoding="utf-8")


def loaded(folder: Path, text: str) -> Document:
    path = folder / "spec.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    return load(str(path))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("12:30", "12:30"),
        ("0777", 777),
        ("1.5", 1.5),
        ("~", None),
        ("", None),
        ("true", True),
        ("False", False),
        ('"true"', "true"),
        ("'15'", "15"),
        ("2026-01-01", "2026-01-01"),
        ("1_000", "1_000"),
        ("!!str 15", "15"),
        ("123456789012345678901234", 123456789012345678901234.0),
    ],
)
def test_scalars_follow_the_core_schema(tmp_path: Path, text: str, value: Json) -> None:
    assert loaded(tmp_path, f"a: {text}\n").data == {"a": value}


def test_places_of_keys_and_values(tmp_path: Path) -> None:
    document = loaded(tmp_path, "a:\n  b: [1, {c: 2}]\n")
    assert str(document.key_place(("a", "b"))).endswith("spec.yaml:2:3")
    assert str(document.value_place(("a", "b"))).endswith("spec.yaml:2:6")
    assert str(document.value_place(("a", "b", 1, "c"))).endswith("spec.yaml:2:14")
    assert str(document.value_place(("a", "nowhere"))).endswith("spec.yaml:2:3")


def test_merge_keys_keep_the_places_of_what_they_bring(tmp_path: Path) -> None:
    document = loaded(tmp_path, "base: &base {x: 1, y: 2}\nother: {<<: *base, y: 3}\n")
    assert document.data["other"] == {"x": 1, "y": 3}
    assert document.key_place(("other", "x")).line == 1
    assert document.key_place(("other", "y")).line == 2


def test_the_first_of_several_merged_mappings_wins(tmp_path: Path) -> None:
    text = "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b]}\n"
    assert loaded(tmp_path, text).data["c"] == {"x": 1, "y": 2}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: !Ref b\n", "unknown-tag"),
        ("? [a]\n: b\n", "key-not-text"),
        ("a: {<<: 3}\n", "merge-not-mapping"),
        ("a: &a {<<: {x: 1}}\nb: {<<: *a}\n", "merge-in-merge"),
        ("a: &a [*a]\n", "too-many-values"),
        ("a: *b\n", "yaml-syntax"),
        ("a: 1\n---\nb: 2\n", "yaml-syntax"),
        ("a: [" + "[" * 100_000, "too-many-values"),
        ("- " * 100_000, "too-many-values"),
        ("a: \x00\n", "yaml-syntax"),
    ],
)
def test_faults(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(SpecError) as fault:
        loaded(tmp_path, text)
    assert code in {found.code for found in fault.value.diagnostics}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="ab:-?[]{}&*!|>'\"#%@`<~,\n\t \x85\u2028é\ufeff", max_size=60))
def test_no_text_gives_anything_but_a_document_or_faults(tmp_path: Path, text: str) -> None:
    try:
        assert isinstance(loaded(tmp_path, text).data, dict)
    except SpecError as fault:
        assert fault.diagnostics


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, len(REFERENCE)),
    st.integers(0, 40),
    st.sampled_from(["", "\t", '"', "[", "{", ":", "- ", "*a", "&a "]),
)
def test_no_damage_to_a_real_spec_gives_a_traceback(tmp_path: Path, at: int, length: int, put: str) -> None:
    try:
        assert isinstance(loaded(tmp_path, REFERENCE[:at] + put + REFERENCE[at + length :]).data, dict)
    except SpecError as fault:
        assert fault.diagnostics
