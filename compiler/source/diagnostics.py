"""Faults of a spec as values: what is wrong, where, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault. `code` is stable and kebab-case; every code has an entry in docs/errors.md."""

    code: str
    message: str
    place: Place
    component: str = ""
    suggestion: str = ""
    also: tuple[Place, ...] = ()

    def __str__(self) -> str:
        subject = f"{self.component}: " if self.component else ""
        lines = [f"{self.place}: error[{self.code}]: {subject}{self.message}"]
        lines += [f"  also: {place}" for place in self.also]
        if self.suggestion:
            lines.append(f"  help: {self.suggestion}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, object]:
        return {
            "code": self.code,
            "message": self.message,
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "component": self.component,
            "suggestion": self.suggestion,
            "also": [str(place) for place in self.also],
        }


class SpecError(Exception):
    """All faults that one stage found, sorted by place; the stages after it did not run."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        # one line of the file can be in many components, by `each` or `defaults`: it is told once
        first: dict[tuple[Place, str, str], Diagnostic] = {}
        for found in diagnostics:
            first.setdefault((found.place, found.code, found.message), found)
        self.diagnostics = tuple(found for _, found in sorted(first.items(), key=lambda pair: pair[0]))
        super().__init__("\n".join(str(found) for found in self.diagnostics))


def refuse(diagnostics: Iterable[Diagnostic]) -> None:
    """Raise `SpecError` when there is any fault."""
    found = tuple(diagnostics)
    if found:
        raise SpecError(found)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence that names the closest known word, or lists what is known when nothing is close."""
    import difflib  # only a fault needs it

    names = sorted(set(known))
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    if not names:
        return ""
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"known here: {shown}"
