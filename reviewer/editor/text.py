"""The text of an editor: offsets in it, places as YAML counts them, and positions as editors count them.

YAML ends a line at a few characters more than editors do, and editors count in code units: a character such as 🐕 is
two of UTF-16. Both go through offsets, which count characters of the text without its byte order mark.
"""

from __future__ import annotations

import bisect
import functools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from compiler.source.diagnostics import Place
from compiler.source.frozen import frozen

_MARK = "\ufeff"
_YAML_LINE = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_EDITOR_LINE = re.compile("\r\n|[\r\n]")
_LONE = re.compile("[\ud800-\udfff]")
_UNITS: Mapping[str, Callable[[str], int]] = {
    "utf-8": lambda text: len(text.encode()),
    "utf-16": lambda text: len(text) + sum(character > "\uffff" for character in text),
    "utf-32": len,
}


@frozen(eq=True)
class Span:
    """A stretch of the text, by offsets; the end is the offset after it."""

    start: int
    end: int

    def holds(self, offset: int) -> bool:
        """Whether a cursor at the offset is in it, or at one of its ends."""
        return self.start <= offset <= self.end


@frozen(eq=True)
class Change:
    """What to write in place of a stretch."""

    span: Span
    text: str


@dataclass(frozen=True)
class Text:
    """A text as the editor has it. Without slots: its lines are counted once."""

    source: str

    @functools.cached_property
    def content(self) -> str:
        """The text without a byte order mark, and without halves of characters, which no file can have."""
        return _LONE.sub("\ufffd", self.source.removeprefix(_MARK))

    @functools.cached_property
    def _yaml_lines(self) -> list[int]:
        return [0, *(end.end() for end in _YAML_LINE.finditer(self.content))]

    @functools.cached_property
    def _lines(self) -> list[int]:
        return [0, *(end.end() for end in _EDITOR_LINE.finditer(self.content))]

    def span(self, place: Place) -> Span:
        """Where a place of the YAML file is; one whose end nobody knows is its whole word."""
        start = self._yaml_offset(place.line, place.column)
        if place.end_line:
            return Span(start, max(start, self._yaml_offset(place.end_line, place.end_column)))
        word = re.compile(r"[^\s,:{}\[\]]*").match(self.content, start)
        return Span(start, word.end() if word else start)

    def _yaml_offset(self, line: int, column: int) -> int:
        """Columns count from 1; what is outside of the text is at its end."""
        if line > len(self._yaml_lines):
            return len(self.content)
        return min(self._yaml_lines[max(line, 1) - 1] + max(column, 1) - 1, len(self.content))

    def cut(self, span: Span) -> str:
        """What stands there."""
        return self.content[span.start : span.end]

    def line_start(self, offset: int) -> int:
        """Where the line of the offset begins."""
        return self._lines[self._line(offset)]

    def line_end(self, offset: int) -> int:
        """Where the line of the offset ends, before its line end."""
        end = _EDITOR_LINE.search(self.content, self.line_start(offset))
        return end.start() if end else len(self.content)

    def _line(self, offset: int) -> int:
        return bisect.bisect_right(self._lines, offset) - 1

    def position(self, offset: int, encoding: str) -> tuple[int, int]:
        """Line and character from 0, in the units of the encoding."""
        offset = min(max(offset, 0), len(self.content))
        line = self._line(offset)
        before = self._marked(line) + self.content[self._lines[line] : offset]
        return line, _UNITS[encoding](before)

    def offset(self, line: int, character: int, encoding: str) -> int:
        """The offset of an editor's position; one behind a line's end is that end, as the protocol says."""
        if line >= len(self._lines):
            return len(self.content)
        start = self._lines[max(line, 0)]
        words, units = self.content[start : self.line_end(start)], _UNITS[encoding]
        left = character - units(self._marked(line))
        for index, one in enumerate(words):
            if left <= 0:
                return start + index
            left -= units(one)
        return start + len(words)

    def _marked(self, line: int) -> str:
        return _MARK if line == 0 and self.source.startswith(_MARK) else ""

    def changed(self, changes: Iterator[Change] | list[Change]) -> str:
        """The content with the changes, which do not overlap."""
        text = self.content
        for change in sorted(changes, key=lambda one: one.span.start, reverse=True):
            text = text[: change.span.start] + change.text + text[change.span.end :]
        return text
