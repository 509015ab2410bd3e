"""What is wrong or doubtful, as values: how serious it is, what it is, where, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from compiler.source.correction import Replacing
from compiler.source.frozen import frozen
from compiler.source.printable import printable

Severity = Literal["error", "warning", "note"]
"""An error stops the command; a warning is shown, and stops what is strict; a note is only shown."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A stretch of a file; lines and columns count from 1, the end is the position after the last character.

    Where something ends is no part of its identity: two places that start together are equal.
    """

    file: str
    line: int
    column: int
    end_line: int = field(default=0, compare=False)
    end_column: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def to_json(self) -> dict[str, object]:
        """The place as flat keys; a place whose end nobody knows ends where it starts."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line or self.line,
            "end_column": self.end_column or self.column,
        }


_MOST_SHOWN = 5
"""How many further places and components the text shows."""
_VALUE = re.compile(r'"(?:[^"\\]|\\.)*"')
"""How messages quote the value of a setting; names are in single quotation marks."""
_SHORT = 2
"""Letters of a name that may be a word."""
NOWHERE = Place("", 0, 0)
"""The place of what no file is to blame for, such as missing credentials."""


@frozen(eq=True)
class Diagnostic:
    """One error, warning or note. `code` is stable and kebab-case; every code has an entry in docs/errors.md."""

    code: str
    message: str
    place: Place = NOWHERE
    component: str = ""
    suggestion: str = ""
    also: tuple[Place, ...] = ()
    """Further places that have to do with it."""
    severity: Severity = "error"
    resource: str = ""
    """The resource of a template or stack that it is about, where it is about one."""
    setting: str = ""
    """The setting of the component that it is about, where the message does not name it."""
    others: tuple[str, ...] = ()
    """Further components that have it for the same cause."""

    def __str__(self) -> str:
        start = f"{self.place}: " if self.place.file else ""
        more = (f"\n  {printable(line)}" for line in self.details())
        return f"{printable(start)}{self.severity}[{self.code}]: {printable(self.text)}{''.join(more)}"

    def details(self) -> list[str]:
        """What follows the message, a line each: the resource, further places and components, what to do."""
        lines = [f"resource: {self.resource}"] if self.resource else []
        lines += [f"also: {place}" for place in _first(self.also)]
        lines += [f"also in: {', '.join(map(str, _first(self.others)))}"] if self.others else []
        return [*lines, f"help: {self.suggestion}"] if self.suggestion else lines

    @property
    def text(self) -> str:
        """The message with its subject: the component and its setting, or the property of the resource."""
        subject = [self.component, self.setting or _property(self.resource)] if self.component else []
        return ": ".join([*filter(None, subject), self.message])

    def to_json(self) -> dict[str, object]:
        place = self.place.to_json() if self.place.file else dict.fromkeys(NOWHERE.to_json())
        return {
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            **place,
            "component": self.component,
            "setting": self.setting,
            "resource": self.resource,
            "suggestion": self.suggestion,
            "also": [str(place) for place in self.also],
            "others": list(self.others),
        }


def _first(values: Sequence[object]) -> list[object]:
    """As many as a person reads, and how many more there are."""
    more = len(values) - _MOST_SHOWN
    return [*values] if more <= 1 else [*values[:_MOST_SHOWN], f"{more} more"]


def _property(resource: str) -> str:
    """The property that a path in a template leads to: ``DelaySeconds`` of ``Resources/JobsQueue/Properties/…``."""
    return ".".join(resource.split("/")[3:]) if "/Properties/" in resource else ""


class SpecError(Exception):
    """All that one stage found, sorted by place, its warnings too; the stages after it did not run."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = each_once(diagnostics)
        super().__init__("\n".join(str(found) for found in self.diagnostics))


def each_once(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by place, and duplicates as one with all its components: by `each`, `defaults` and the environments,
    one line of the file can be in many of them.
    """
    causes: dict[tuple[Place, str, str], list[Diagnostic]] = {}
    for found in diagnostics:
        names = (found.component.rpartition(".")[2],) if found.place.file else ()
        text = _VALUE.sub("…", found.message) if found.place.file else found.message
        causes.setdefault((found.place, found.code, nameless(text, names)), []).append(found)
    together = [as_one(sorted(group, key=lambda found: (found.component, found.message))) for group in causes.values()]
    return tuple(sorted(together, key=lambda found: (found.place, found.code, found.message)))


def nameless(message: str, names: Iterable[str]) -> str:
    """A message without these names, which is the same for all that are made from one line.

    A short one may be a word of the message too, so it counts in quotation marks only.
    """
    for name in sorted(filter(None, names), key=lambda name: (-len(name), name)):
        before, after = ("'", "'") if len(name) <= _SHORT else (r"(?<![\w-])", r"(?![\w-])")
        message = re.sub(f"{before}{re.escape(name)}{after}", "…", message)
    return message


def as_one(group: Sequence[Diagnostic]) -> Diagnostic:
    """The first of some diagnostics with one cause, with the places and components of all of them."""
    first = group[0]
    components = dict.fromkeys(name for found in group for name in (found.component, *found.others))
    others = tuple(name for name in components if name and name != first.component)
    return replace(first, also=tuple(dict.fromkeys(place for found in group for place in found.also)), others=others)


def has_error(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of them stops the command."""
    return any(found.severity == "error" for found in diagnostics)


def refuse(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Raise `SpecError` with all of them when one is an error; else give back the warnings and notes."""
    found = tuple(diagnostics)
    if has_error(found):
        raise SpecError(found)
    return found


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """How many there are of each severity: ``1 error, 2 warnings``; empty when there are none."""
    levels = [found.severity for found in diagnostics]
    counted = {level: levels.count(level) for level in ("error", "warning", "note")}
    return ", ".join(f"{count} {level}{'s' if count != 1 else ''}" for level, count in counted.items() if count)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence that names the closest known word, as a `Correction`, or lists what is known when nothing is close."""
    import difflib  # only a fault needs it

    names = sorted(set(known))
    close = difflib.get_close_matches(word, names, n=3, cutoff=0.6)
    swapped = [name for name in close if sorted(name) == sorted(word)]
    if close:
        nearest = (swapped or close)[0]
        return Replacing(f"did you mean '{nearest}'?", word, nearest)
    if not names:
        return ""
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"available: {shown}"
