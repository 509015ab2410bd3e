"""Values of DNS records in the form that Route 53 takes."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.source.interpolation import OPEN

_LONGEST = 255
"""Characters of one string of a TXT record; a value may have several (Route 53 developer guide, TXT record type)."""


def record_values(kind: str, values: Iterable[str]) -> list[str]:
    """The values of a record of type `kind`."""
    return [_quoted(value) for value in values] if kind == "TXT" else list(values)


def _quoted(text: str) -> str:
    """Strings in quotes. What is known only after deployment stays in one piece."""
    if text.startswith('"'):
        return text
    size = len(text) if OPEN in text else _LONGEST
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return " ".join('"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"' for one in pieces)
