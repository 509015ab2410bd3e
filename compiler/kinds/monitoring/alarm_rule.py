"""Rules of composite alarms, as a spec writes them.

Source: CloudWatch API reference, PutCompositeAlarm, AlarmRule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
_CONSTANTS = ("TRUE", "FALSE")
_TOKEN = re.compile(
    r"\s*(?:(?P<term>(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*\"?(?P<name>[A-Za-z0-9_.-]+)\"?\s*\))"
    r"|(?P<word>[A-Z_]+\b)|(?P<mark>[()]))"
)


@dataclass(frozen=True, slots=True)
class State:
    """One alarm that a rule asks for its state."""

    function: str
    alarm: str
    """Its name as it is written."""


Piece = State | str


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """What a rule consists of; `wrong` has what it can't be, and is empty for a rule that is one."""

    pieces: tuple[Piece, ...]
    wrong: str = ""

    @property
    def alarms(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(piece.alarm for piece in self.pieces if isinstance(piece, State)))


def read(text: str) -> AlarmRule:
    """The pieces of a rule."""
    pieces: list[Piece] = []
    position = 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        if not found:
            return AlarmRule((), f"has {text[position:].split()[0]}, which is no part of a rule")
        term = found["term"]
        pieces.append(State(term.split("(")[0].strip(), found["name"]) if term else found[0].strip())
        position = found.end()
    return AlarmRule(tuple(pieces), _wrong(pieces))


def _wrong(pieces: Sequence[Piece]) -> str:
    end = _any(pieces, 0)
    if end == len(pieces) and pieces:
        return ""
    at = pieces[end] if end < len(pieces) else ""
    return f"does not go on after {_shown(at)}" if at else "ends too early"


def _shown(piece: Piece) -> str:
    return f"{piece.function}({piece.alarm})" if isinstance(piece, State) else piece


def _any(pieces: Sequence[Piece], position: int) -> int:
    """The end of operands joined by AND and OR."""
    end = _operand(pieces, position)
    while end < len(pieces) and pieces[end] in ("AND", "OR"):
        after = _operand(pieces, end + 1)
        if after == end + 1:
            return after
        end = after
    return end


def _operand(pieces: Sequence[Piece], position: int) -> int:
    """The end of one operand; `position` itself when there is none."""
    if position >= len(pieces):
        return position
    piece = pieces[position]
    if isinstance(piece, State) or piece in _CONSTANTS:
        return position + 1
    if piece == "NOT":
        end = _operand(pieces, position + 1)
        return end if end > position + 1 else position
    if piece == "(":
        end = _any(pieces, position + 1)
        closed = end > position + 1 and end < len(pieces) and pieces[end] == ")"
        return end + 1 if closed else position
    return position
