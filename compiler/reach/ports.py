"""Sets of TCP ports as ranges in ascending order, none of which touches the next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

Ports: TypeAlias = tuple[tuple[int, int], ...]
NONE: Ports = ()
EVERY: Ports = ((0, 65_535),)
HTTPS: Ports = ((443, 443),)


def ports(first: int, last: int | None = None) -> Ports:
    """One range, or one port."""
    return ((first, first if last is None else last),)


def union(several: Iterable[Ports]) -> Ports:
    found: list[tuple[int, int]] = []
    for first, last in sorted(one for each in several for one in each):
        if found and first <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return tuple(found)


def both(one: Ports, other: Ports) -> Ports:
    """What is in each of the two."""
    pairs = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return union([tuple((first, last) for first, last in pairs if first <= last)])


def without(one: Ports, other: Ports) -> Ports:
    for first, last in other:
        one = tuple(_left(one, first, last))
    return one


def _left(one: Ports, first: int, last: int) -> Iterator[tuple[int, int]]:
    for a, b in one:
        yield from ((c, d) for c, d in ((a, min(b, first - 1)), (max(a, last + 1), b)) if c <= d)


def shown(one: Ports) -> str:
    """``443, 8080 to 8090``; ``every port``."""
    if one == EVERY:
        return "every port"
    return ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in one)
