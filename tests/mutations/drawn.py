"""One mutation: always the same bytes for a seed and a number."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.mutations.levels import (
    SPECS,
    as_bytes,
    change_characters,
    change_key,
    change_structure,
    change_value,
    text_of,
)

LEVELS = ("structure", "value", "key", "encoding")
"""In the order in which several are made to one spec: the later ones keep what the earlier ones wrote."""
_MORE = 0.15
"""How often a further level is damaged too."""
_BYTES = 0.5
"""How often a damaged encoding is one of bytes instead of characters."""


@dataclass(frozen=True, slots=True)
class Mutation:
    """A damaged spec."""

    number: int
    spec: Path
    levels: tuple[str, ...]
    raw: bytes

    def __str__(self) -> str:
        return f"number {self.number}: {self.spec.stem}, {' and '.join(self.levels)}"


def mutation(seed: int, number: int) -> Mutation:
    """The mutation of this number; Python draws from text in the same way everywhere."""
    random = Random(f"{seed}/{number}")
    spec, level = random.choice(SPECS), random.choice(LEVELS)
    levels = tuple(one for one in LEVELS if one == level or random.random() < _MORE)
    return Mutation(number, spec, levels, _damaged(spec, levels, random))


def _damaged(spec: Path, levels: tuple[str, ...], random: Random) -> bytes:
    text = change_structure(spec, random) if "structure" in levels else text_of(spec)
    for level, change in (("value", change_value), ("key", change_key)):
        text = change(text, random) if level in levels else text
    if "encoding" not in levels:
        return text.encode("utf-8", "surrogatepass")
    if random.random() < _BYTES:
        return as_bytes(text, random)
    return change_characters(text, random).encode("utf-8", "surrogatepass")
