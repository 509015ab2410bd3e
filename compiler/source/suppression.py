"""Findings that the spec accepts, as values."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.source.diagnostics import Diagnostic, Place
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.source.printable import printable


@frozen(eq=True)
class Suppression:
    """One entry of ``lint.ignore``, as it is in one environment."""

    rule: str
    component: str
    reason: str
    until: str
    """The last day, as in 2026-12-31; empty for no end."""
    place: Place
    covered: frozenset[str]
    """The components that it is about: several where the spec makes them with `each`."""
    block: Place
    """Where the component stands in the file, for diagnostics that name none."""

    def covers(self, found: Diagnostic) -> bool:
        """Whether it is about this diagnostic of one component."""
        if found.code != self.rule:
            return False
        return found.component in self.covered if found.component else _inside(found.place, self.block)


@frozen(eq=True)
class Ignored:
    """A diagnostic that a suppression covers."""

    found: Diagnostic
    by: Suppression


def ignored_lines(ignored: Iterable[Ignored]) -> list[str]:
    """A line for each suppression that covers something, with how much that is and why."""
    return [_line(one, count) for one, count in _counted(ignored)]


def ignored_rows(ignored: Iterable[Ignored]) -> list[dict[str, Json]]:
    """The same as JSON."""
    return [_row(one, count) for one, count in _counted(ignored)]


def _counted(ignored: Iterable[Ignored]) -> list[tuple[Suppression, int]]:
    """Each suppression with how many findings it covers; a cause in several environments is one."""
    first: dict[Place, Suppression] = {}
    causes: dict[Place, set[tuple[Place, str]]] = {}
    for one in ignored:
        first.setdefault(one.by.place, one.by)
        causes.setdefault(one.by.place, set()).add((one.found.place, one.found.message))
    return [(first[place], len(found)) for place, found in sorted(causes.items())]


def _line(one: Suppression, count: int) -> str:
    until = f" (until {one.until})" if one.until else ""
    findings = f"{count} finding{'s' if count != 1 else ''}"
    return printable(f"{one.place}: ignored[{one.rule}]: {one.component}: {findings}: {one.reason}{until}")


def _row(one: Suppression, count: int) -> dict[str, Json]:
    about: dict[str, Json] = {"rule": one.rule, "component": one.component, "reason": one.reason}
    return {**about, "until": one.until or None, "place": str(one.place), "count": count}


def _inside(place: Place, block: Place) -> bool:
    start, end = (block.line, block.column), (block.end_line, block.end_column)
    return place.file == block.file != "" and start <= (place.line, place.column) < end
