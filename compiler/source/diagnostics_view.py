"""Diagnostics for people and for machines."""

from __future__ import annotations

from collections.abc import Sequence

from compiler.source.diagnostics import Diagnostic, summary

_COLOURS = {"error": 31, "warning": 33, "note": 34}
"""ANSI colours, which click removes when the output is not a terminal."""


def diagnostic_lines(diagnostics: Sequence[Diagnostic]) -> list[str]:
    """Each with its places and its help, then how many there are; empty when there are none."""
    lines = [_coloured(found) for found in diagnostics]
    return [*lines, summary(diagnostics)] if lines else []


def diagnostic_rows(diagnostics: Sequence[Diagnostic]) -> list[dict[str, object]]:
    """Each as JSON, in the same order."""
    return [found.to_json() for found in diagnostics]


def _coloured(found: Diagnostic) -> str:
    plain = f"{found.severity}["
    return str(found).replace(plain, f"\x1b[{_COLOURS[found.severity]}m\x1b[1m{found.severity}\x1b[0m[", 1)
