"""Offsets, places of YAML and positions of editors, in each encoding that the protocol has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.source.diagnostics import Place
from compiler.source.load import parsed
from reviewer.editor.text import Change, Span, Text

DOG = "🐕"
ENCODINGS = ("utf-8", "utf-16", "utf-32")
LINES = st.lists(st.text(alphabet=["a", "é", "語", DOG, " "], max_size=6), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("source", "offset", "encoding", "position"),
    [
        ("ab\ncd", 4, "utf-16", (1, 1)),
        (f"{DOG}x: é", 1, "utf-16", (0, 2)),
        (f"{DOG}x: é", 1, "utf-8", (0, 4)),
        (f"{DOG}x: é", 1, "utf-32", (0, 1)),
        (f"{DOG}x: é\ny", 7, "utf-16", (1, 1)),
        ("a\r\nb", 3, "utf-16", (1, 0)),
        ("a\rb", 2, "utf-16", (1, 0)),
        ("\ufeffab\nc", 1, "utf-16", (0, 2)),
        ("\ufeffab\nc", 1, "utf-8", (0, 4)),
        ("\ufeffab\nc", 3, "utf-16", (1, 0)),
        ("a\u2028b", 2, "utf-16", (0, 2)),
        ("", 0, "utf-16", (0, 0)),
    ],
)
def test_positions(source: str, offset: int, encoding: str, position: tuple[int, int]) -> None:
    text = Text(source)
    assert text.position(offset, encoding) == position
    assert text.offset(*position, encoding) == offset


@pytest.mark.parametrize(("position", "offset"), [((0, 99), 2), ((7, 0), 5), ((0, -3), 0), ((1, 99), 5), ((-1, 1), 1)])
def test_a_position_outside_of_the_text_is_at_its_edge(position: tuple[int, int], offset: int) -> None:
    assert Text("ab\ncd").offset(*position, "utf-16") == offset


@given(LINES, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(ENCODINGS), st.sampled_from(["", "\ufeff"]))
def test_every_offset_has_one_position(lines: list[str], end: str, encoding: str, mark: str) -> None:
    text = Text(mark + end.join(lines))
    for offset in range(len(text.content) + 1):
        line, character = text.position(offset, encoding)
        inside = text.content[offset - 1 : offset + 1] == "\r\n"
        assert text.offset(line, character, encoding) == (offset - 1 if inside else offset)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("before", ["", f'note: "{DOG} é"', "# Überschrift 🐕"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_places_of_yaml_lead_to_what_stands_there(before: str, end: str, mark: str) -> None:
    text = Text(f"{mark}{before}{end}platform: shop{end}queues: {{{DOG}jobs: {{fifo: ja}}}}{end}")
    document = parsed("x", text.content)
    assert text.cut(text.span(document.keys["platform",])) == "platform"
    assert text.cut(text.span(document.values["platform",])) == "shop"
    assert text.cut(text.span(document.values["queues", f"{DOG}jobs", "fifo"])) == "ja"


def test_a_place_whose_end_nobody_knows_is_its_word() -> None:
    text = Text("platform: shop\n  tab: x")
    assert text.cut(text.span(Place("x", 2, 3))) == "tab"
    assert text.span(Place("x", 99, 1)) == Span(23, 23)


def test_halves_of_characters_are_replaced() -> None:
    assert Text("a\ud800b").content == "a\ufffdb"


def test_changes_do_not_move_each_other() -> None:
    changes = [Change(Span(0, 1), "xyz"), Change(Span(2, 2), "-"), Change(Span(3, 4), "")]
    assert Text("abcd").changed(changes) == "xyzb-c"
