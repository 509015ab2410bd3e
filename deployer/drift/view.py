"""Drift for people: what differs, by component; equal differences of many resources are one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from deployer.drift.differences import Drift
from reviewer.drifted import Drifted, equal_groups
from reviewer.values import counted, joined
from reviewer.wording import name_of, shown_in

_MOST_TYPES = 6


def drifts_lines(found: Sequence[Drift], everything: bool = False) -> Iterator[str]:
    """All roots in order; with `everything` each resource has its own line."""
    for drift in found:
        yield from _lines(drift, everything)


def _lines(drift: Drift, everything: bool) -> Iterator[str]:
    yield f"{drift.stack} in {drift.region}: {_heading(drift)}"
    groups = [[one] for one in drift.drifted] if everything else equal_groups(drift.drifted)
    yield from _table([_row(group) for group in groups])
    for one in drift.unchecked:
        yield f"  not known: {one.where or drift.stack}: {one.reason}"
    yield from (f"  {line}" for line in _summary(drift))


def _heading(drift: Drift) -> str:
    if not drift.drifted:
        return "no drift" if drift.sure else "no drift found, but not all could be checked"
    components = {one.component for one in drift.drifted}
    resources = {one.where for one in drift.drifted}
    return (
        f"{counted(len(resources), 'resource')} of {counted(len(components), 'component')} drifted (template → actual)"
    )


def _row(group: Sequence[Drifted]) -> tuple[str, str, str, str]:
    first, rest = group[0], group[1:]
    more = f", and {counted(len(rest), 'more resource')} of {_names(rest)}" if rest else ""
    kind = first.resource_type.removeprefix("AWS::")
    return name_of(first.component), f"{kind} {first.where}", f"{first.text}{more}", shown_in(first.place)


def _names(group: Sequence[Drifted]) -> str:
    names = list(dict.fromkeys(name_of(one.component) for one in group))
    return joined(names[:3]) if len(names) <= 3 else f"{len(names)} components"


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()


def _summary(drift: Drift) -> Iterator[str]:
    alike = f"; {counted(drift.alike, 'difference')} of equal values left out" if drift.alike else ""
    yield f"{counted(drift.checked, 'resource')} of {counted(drift.stacks, 'stack')} checked{alike}"
    if drift.unsupported:
        names = [f"{count} {name.removeprefix('AWS::')}" for name, count in drift.unsupported.items()]
        rest = len(names) - _MOST_TYPES
        shown = [*names[:_MOST_TYPES], *([counted(rest, "more type")] if rest > 0 else [])]
        count = counted(sum(drift.unsupported.values()), "resource")
        yield f"{count} of types without drift detection: {', '.join(shown)}"
