"""Versions of a search domain: from OpenSearch 1.0, 1.1 and 1.2 through 1.3, and to 3.x through 2.19."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from compiler.source.json_value import Json
from reviewer.order import Order, Split, Stage, Turn

_GATES: Sequence[tuple[int, int]] = ((1, 3), (2, 19))
"""The version that a domain must have before it gets the next major version."""


def _split(turn: Turn) -> Split | None:
    between = tuple(_between(*turn.both("EngineVersion")))
    if not between or not turn.stays:
        return None
    stages = (
        Stage(f"the domain is upgraded to {one}", {**turn.old, "EngineVersion": f"OpenSearch_{one}"}) for one in between
    )
    return Split(tuple(stages))


def _between(before: Json, after: Json) -> Iterator[str]:
    old, new = _version(before), _version(after)
    if old and new:
        yield from (f"{gate[0]}.{gate[1]}" for gate in _GATES if old < gate and gate[0] < new[0])


def _version(value: Json) -> tuple[int, int] | None:
    found = re.fullmatch(r"OpenSearch_(\d+)\.(\d+)", str(value))
    return (int(found[1]), int(found[2])) if found else None


ORDER = Order(
    types=frozenset({"AWS::OpenSearchService::Domain"}),
    split=_split,
    source="https://docs.aws.amazon.com/opensearch-service/latest/developerguide/version-migration.html",
)
