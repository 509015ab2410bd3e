"""Major versions of a MySQL database, which is upgraded from one to the next.

The versions between run with the parameters that AWS has for them: the platform's parameter group is of the last one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from compiler.source.json_value import Json
from reviewer.order import Order, Split, Stage, Turn

_MAJORS: Sequence[tuple[int, int]] = ((5, 7), (8, 0), (8, 4))


def _split(turn: Turn) -> Split | None:
    allowed = str(turn.new.get("AllowMajorVersionUpgrade", "")).lower() == "true"
    if turn.both("Engine") != ("mysql", "mysql") or not allowed or not turn.stays:
        return None
    between = tuple(_between(*turn.both("EngineVersion")))
    return Split(tuple(_stage(turn, one) for one in between)) if between else None


def _between(before: Json, after: Json) -> Iterator[str]:
    old, new = _major(before), _major(after)
    if old and new:
        yield from (f"{one[0]}.{one[1]}" for one in _MAJORS if old < one < new)


def _major(version: Json) -> tuple[int, int] | None:
    found = re.match(r"(\d+)\.(\d+)", str(version))
    return (int(found[1]), int(found[2])) if found else None


def _stage(turn: Turn, version: str) -> Stage:
    more = {"EngineVersion": version, "AllowMajorVersionUpgrade": True}
    if "DBParameterGroupName" in turn.old:
        more["DBParameterGroupName"] = f"default.mysql{version}"
    return Stage(f"the engine is upgraded to {version}, which restarts it", {**turn.old, **more})


ORDER = Order(
    types=frozenset({"AWS::RDS::DBInstance"}),
    split=_split,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.MySQL.Major.html",
)
