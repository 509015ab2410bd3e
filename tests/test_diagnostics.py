"""Diagnostics as values, and the way of a warning from a check to whoever asks for the spec."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from compiler.kinds.queues import checks
from compiler.meaning.fault import Fault, warning
from compiler.pipeline import check_spec, compile_spec
from compiler.source.diagnostics import Diagnostic, Place, SpecError, did_you_mean, each_once, refuse, summary
from compiler.source.load import load
from compiler.source.suppression import Ignored, Suppression, ignored_lines

SPEC = """platform: demo
environments: {dev: {posture: development}, prod: {posture: production}}
queues:
  jobs: {retention_days: 4}
  mail: {}
"""
HERE = Place("spec.yaml", 3, 5, 3, 9)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC)
    return str(path)


def told(monkeypatch: pytest.MonkeyPatch, found: dict[str, Fault]) -> None:
    """Let the checks of queues find this."""

    def check(component: object, _spec: object) -> Iterator[Fault]:
        fault = found.get(getattr(component, "name", ""))
        if fault:
            yield fault

    monkeypatch.setattr(checks, "check", check)


def test_warnings_of_a_sound_spec_come_out_with_each_environment(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, {"jobs": warning("odd", "is odd", ("retention_days",), "look at it")})
    dev, prod = check_spec(file)
    assert dev.warnings == prod.warnings
    (one,) = each_once((*dev.warnings, *prod.warnings))
    assert str(one) == f"{file}:4:26: warning[odd]: queues.jobs: is odd\n  help: look at it"
    assert [compiled.warnings for compiled in compile_spec(file)] == [(one,), (one,)]


def test_an_error_brings_the_warnings_along(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, {"jobs": warning("odd", "is odd"), "mail": Fault("bad", "is bad")})
    with pytest.raises(SpecError) as caught:
        check_spec(file)
    assert [(one.severity, one.code) for one in caught.value.diagnostics] == [("warning", "odd"), ("error", "bad")]


def test_only_an_error_refuses() -> None:
    doubt, note = Diagnostic("odd", "is odd", HERE, severity="warning"), Diagnostic("seen", "is so", severity="note")
    assert refuse((doubt, note)) == (doubt, note)
    with pytest.raises(SpecError):
        refuse((doubt, Diagnostic("bad", "is bad", HERE)))


def test_text_and_json_of_a_diagnostic() -> None:
    found = Diagnostic("odd", "is odd", HERE, "queues.jobs", "look", (Place("a", 1, 2),), "warning", "JobsQueue")
    assert str(found) == (
        "spec.yaml:3:5: warning[odd]: queues.jobs: is odd\n  resource: JobsQueue\n  also: a:1:2\n  help: look"
    )
    assert found.to_json() == {
        "severity": "warning",
        "code": "odd",
        "message": "is odd",
        "file": "spec.yaml",
        "line": 3,
        "column": 5,
        "end_line": 3,
        "end_column": 9,
        "component": "queues.jobs",
        "setting": "",
        "resource": "JobsQueue",
        "suggestion": "look",
        "also": ["a:1:2"],
        "others": [],
    }
    nowhere = Diagnostic("unreachable", "no answer")
    assert str(nowhere) == "error[unreachable]: no answer"
    assert nowhere.to_json()["file"] is None and nowhere.to_json()["end_line"] is None


def test_text_names_the_setting_or_the_property_and_a_few_of_many_places() -> None:
    many = tuple(Place("a", line, 1) for line in range(1, 9))
    found = Diagnostic("odd", "is odd", HERE, "queues.jobs", also=many, setting="properties.Odd", others=("queues.b",))
    first, *rest = str(found).splitlines()
    assert first == "spec.yaml:3:5: error[odd]: queues.jobs: properties.Odd: is odd"
    assert rest == [*(f"  also: a:{line}:1" for line in range(1, 6)), "  also: 3 more", "  also in: queues.b"]
    named = Diagnostic("odd", "is odd", HERE, "queues.jobs", resource="Resources/JobsQueue/Properties/Odd/0/Even")
    assert named.text == "queues.jobs: Odd.0.Even: is odd"


@pytest.mark.parametrize(
    ("first", "second", "count"),
    [
        ('can\'t be "a b"; expected a word', 'can\'t be "c \\"d"; expected a word', 1),
        ("'a' gives no name", "'b' gives no name", 1),
        ("needs 'x'", "needs 'y'", 2),
        ("is at least 3, not 1", "is at least 3, not 2", 2),
    ],
)
def test_messages_of_one_line_that_differ_by_value_or_own_name_are_one(first: str, second: str, count: int) -> None:
    found = Diagnostic("odd", first, HERE, "queues.a"), Diagnostic("odd", second, HERE, "queues.b")
    assert len(each_once(found)) == count
    assert len(each_once(Diagnostic("odd", message, component="queues.a") for message in (first, second))) == 2


def test_one_line_in_many_components_is_one_diagnostic_that_names_them() -> None:
    (one,) = each_once(Diagnostic("odd", "is odd", HERE, f"queues.{name}") for name in ("b", "a", "b"))
    assert (one.component, one.others) == ("queues.a", ("queues.b",))


@pytest.mark.parametrize(
    ("levels", "text"),
    [
        ((), ""),
        (("error",), "1 error"),
        (("warning", "error", "error"), "2 errors, 1 warning"),
        (("note", "note"), "2 notes"),
    ],
)
def test_a_summary_counts_each_severity(levels: tuple[str, ...], text: str) -> None:
    assert summary([Diagnostic("x", "y", severity=level) for level in levels]) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "path", "end"),
    [
        ("a: word\n", ("a",), (1, 8)),
        ("a: {b: 1, c: 2}  # more\n", ("a",), (1, 16)),
        ("a:\n  b: 1\n  c: long\n\n# more\nd: 2\n", ("a",), (3, 10)),
        ("a:\n  - one\n  - b: two\nd: 2\n", ("a",), (3, 11)),
        ('a: "two\n  lines"\n', ("a",), (2, 9)),
    ],
)
def test_a_value_ends_after_its_last_character(
    tmp_path: Path, text: str, path: tuple[str, ...], end: tuple[int, int]
) -> None:
    (tmp_path / "spec.yaml").write_text(text)
    place = load(str(tmp_path / "spec.yaml")).value_place(path)
    assert (place.end_line, place.end_column) == end


@pytest.mark.parametrize(
    ("word", "known", "told"),
    [
        ("prot", ["port", "spot", "path"], "did you mean 'port'?"),
        ("ports", ["port", "spots"], "did you mean 'port'?"),
        ("zzz", ["b", "a"], "available: a, b"),
        ("zzz", [], ""),
    ],
)
def test_did_you_mean(word: str, known: list[str], told: str) -> None:
    assert did_you_mean(word, known) == told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n::error::b", r"a\n::error::b"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x00\x7f\x85", r"\x00\x7f\x85"),
        ("a\u2028b\u202ec", r"a\u2028b\u202ec"),
        ("é 🎉\\n", "é 🎉\\n"),
    ],
)
def test_text_of_people_neither_ends_a_line_nor_acts_on_a_terminal(text: str, shown: str) -> None:
    found = Diagnostic("a-code", f"wrong: {text}", Place("a\r.yaml", 1, 1), text, text)
    assert str(found) == f"a\\r.yaml:1:1: error[a-code]: {shown}: wrong: {shown}\n  help: {shown}"
    by = Suppression("r", text, text, "", Place("s.yaml", 1, 1), frozenset(), Place("s.yaml", 1, 1))
    assert ignored_lines([Ignored(found, by)]) == [f"s.yaml:1:1: ignored[r]: {shown}: 1 finding: {shown}"]
