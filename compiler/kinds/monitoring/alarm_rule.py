"""Rules of composite alarms, as a spec writes them.

Source: CloudWatch API reference, PutCompositeAlarm, AlarmRule.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from compiler.source.frozen import frozen

_STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
_CONSTANTS = ("TRUE", "FALSE")
_TOKEN = re.compile(
    r"\s*(?:(?P<term>(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*\"?(?P<name>[A-Za-z0-9_.-]+)\"?\s*\))"
    r"|(?P<word>[A-Z_]+\b)|(?P<mark>[()]))"
)


@frozen(eq=True)
class State:
    """One alarm that a rule asks for its state."""

    function: str
    alarm: str
    """Its name as it is written."""


Piece = State | str


@frozen(eq=True)
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
            return AlarmRule((), f"has {text[position:].split()[0]}, which is not part of a rule")
        term = found["term"]
        pieces.append(State(term.split("(")[0].strip(), found["name"]) if term else found[0].strip())
        position = found.end()
    return AlarmRule(tuple(pieces), _wrong(pieces))


def _wrong(pieces: Sequence[Piece]) -> str:
    reader = _Reader(pieces)
    try:
        reader.joined()
    except _NoOperandError:
        pass
    else:
        if reader.position == len(pieces):
            return ""
    at = pieces[reader.position : reader.position + 1]
    return f"has an unexpected {_shown(at[0])}" if at else "ends too early"


def _shown(piece: Piece) -> str:
    return f"{piece.function}({piece.alarm})" if isinstance(piece, State) else piece


class _NoOperandError(Exception):
    """What stands at the reader's position can't stand there."""


class _Reader:
    """Goes through the pieces of a rule."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self.position = 0

    def joined(self) -> None:
        """Operands joined by AND and OR."""
        self._operand()
        while self._take("AND", "OR"):
            self._operand()

    def _operand(self) -> None:
        while self._take("NOT"):
            pass
        if self._take("("):
            self.joined()
            self._need(")")
        elif self.position < len(self._pieces) and isinstance(self._pieces[self.position], State):
            self.position += 1
        else:
            self._need(*_CONSTANTS)

    def _need(self, *words: str) -> None:
        if not self._take(*words):
            raise _NoOperandError

    def _take(self, *words: str) -> bool:
        found = self._pieces[self.position : self.position + 1]
        if not found or found[0] not in words:
            return False
        self.position += 1
        return True
