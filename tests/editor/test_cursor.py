"""Where a cursor stands in a text that is being written."""

from __future__ import annotations

import pytest

from compiler.source.document import Path
from reviewer.editor.cursor import cursors
from tests.editor.lsp import CURSOR

KEY, VALUE = True, False


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("‸", [((), KEY, ""), ((), VALUE, "")]),
        ("platform: x\nqu‸", [((), KEY, "qu"), ((), VALUE, "qu")]),
        (
            "queues:\n  jobs:\n    re‸\n    fifo: true",
            [(("queues", "jobs"), KEY, "re"), (("queues", "jobs"), VALUE, "re")],
        ),
        ("queues:\n  a: {}\n  jobs:\n    fifo: ‸", [(("queues", "jobs", "fifo"), VALUE, "")]),
        ("queues:\n  jobs: {fi‸}", [(("queues", "jobs"), KEY, "fi")]),
        ("queues:\n  jobs: {‸", [(("queues", "jobs"), KEY, "")]),
        ("s:\n  w:\n    uses: {jobs: se‸", [(("s", "w", "uses", "jobs"), VALUE, "se")]),
        ("s:\n  w:\n    uses: {jobs: {verbs: se‸", [(("s", "w", "uses", "jobs", "verbs"), VALUE, "se")]),
        ("s:\n  w:\n    uses: {a: b,\n           jo‸", [(("s", "w", "uses"), KEY, "jo")]),
        ("s:\n  w:\n    uses: {\n      a: b,\n      jo‸\n    }", [(("s", "w", "uses"), KEY, "jo")]),
        ('s:\n  w:\n    e: {URL: "x${ma‸", B: c}', [(("s", "w", "e", "URL"), VALUE, "x${ma")]),
        ("s:\n  w:\n    e: {URL: 'it''s ${ma‸'}", [(("s", "w", "e", "URL"), VALUE, "it''s ${ma")]),
        ("s:\n  w:\n    e:\n      URL: ${ma‸", [(("s", "w", "e", "URL"), VALUE, "${ma")]),
        ("s:\n  w:\n    t:\n    - queue: x\n      ba‸", [(("s", "w", "t", 0), KEY, "ba")]),
        ("s:\n  w:\n    t:\n    - queue: ‸", [(("s", "w", "t", 0, "queue"), VALUE, "")]),
        ("s:\n  w:\n    t:\n      - qu‸", [(("s", "w", "t", 0), KEY, "qu"), (("s", "w", "t", 0), VALUE, "qu")]),
        ("a: it's {x ‸", [(("a",), VALUE, "it's {x ")]),
        ('s:\n  text: |\n    "quoted ${a‸', [(("s", "text"), VALUE, '    "quoted ${a')]),
        ("other: [broken\nqueues:\n  jobs:\n    fifo: t‸", [(("queues", "jobs", "fifo"), VALUE, "t")]),
        ("queues: {a: &b {x: 1}, jobs: {‸", [(("queues", "jobs"), KEY, "")]),
        ("queues: {a: *b, jobs: &c {x: *b, ‸", [(("queues", "jobs"), KEY, "")]),
        ("s:\n  w: {uses: !t {‸", [(("s", "w", "uses"), KEY, "")]),
        ("queues: # so ‸", []),
        ("# yaml ‸", []),
        ("a: b: c‸", []),
    ],
)
def test_cursors(written: str, found: list[tuple[Path, bool, str]]) -> None:
    offset = written.index(CURSOR)
    content = written.replace(CURSOR, "")
    told = cursors(content, offset)
    assert [(one.path, one.at_key, one.word) for one in told] == found
    assert all(content[one.start : offset] == one.word for one in told)


def test_windows_line_ends_and_a_large_text_are_no_hindrance() -> None:
    content = "queues:\r\n" + "".join(f"  q{number}:\r\n    fifo: true\r\n" for number in range(20_000)) + "  last: {fi"
    (one,) = cursors(content, len(content))
    assert (one.path, one.word) == (("queues", "last"), "fi")


@pytest.mark.parametrize("deep", ["[" * 9000, "- " * 9000, "{a: " * 4000, "a: &a [*a, "])
def test_what_nests_without_end_is_left_alone(deep: str) -> None:
    assert len(cursors(deep, len(deep))) <= 2
