"""Identifiers for languages of pictures: made of the names, unique, and of no character that means something there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_OTHER = re.compile(r"[^a-z0-9]+")


def identifiers(names: Iterable[str]) -> Mapping[str, str]:
    """Name → identifier; a prefix keeps it from being a word of the language, such as ``end``."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        stem = "c_" + (_OTHER.sub("_", name.lower()).strip("_") or "x")
        number = next(number for number in range(len(taken) + 2) if _numbered(stem, number) not in taken)
        found[name] = _numbered(stem, number)
        taken.add(found[name])
    return found


def _numbered(stem: str, number: int) -> str:
    return f"{stem}_x{number}" if number else stem
