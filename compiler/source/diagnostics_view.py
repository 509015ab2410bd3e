"""Diagnostics for people and for machines."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.source.diagnostics import Diagnostic, summary

_COLOURS = {"error": 31, "warning": 33, "note": 34}
"""ANSI colours, which click removes when the output is not a terminal."""
_NARROWEST = 40
"""Fewest columns that lines are broken for."""


def diagnostic_lines(diagnostics: Sequence[Diagnostic], width: int | None = None) -> list[str]:
    """Each with its places and its help, then how many there are; empty when there are none.

    With a `width` its lines are broken between words; without one, as in a pipe, they stay whole.
    """
    lines = [_coloured(found, width) for found in diagnostics]
    return [*lines, summary(diagnostics)] if lines else []


def diagnostic_rows(diagnostics: Sequence[Diagnostic]) -> list[dict[str, object]]:
    """Each as JSON, in the same order."""
    return [found.to_json() for found in diagnostics]


def _coloured(found: Diagnostic, width: int | None) -> str:
    text = "\n".join(part for line in str(found).splitlines() for part in _broken(line, width))
    plain = f"{found.severity}["
    return text.replace(plain, f"\x1b[{_COLOURS[found.severity]}m\x1b[1m{found.severity}\x1b[0m[", 1)


def _broken(line: str, width: int | None) -> list[str]:
    """A line in lines of at most `width` columns, the further ones indented; a long word, as a path, stays whole."""
    if not width or len(line) <= width:
        return [line]
    import textwrap  # only a narrow terminal needs it

    indent = " " * (len(line) - len(line.lstrip(" ")) + 4)
    room = max(width, _NARROWEST)
    return textwrap.wrap(line, room, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
