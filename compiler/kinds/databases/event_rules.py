"""Which sources of events a database has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.databases.engines import DatabaseEngine
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.rds_event_rules import Sources, event_faults
from compiler.source.json_value import Json


def own_event_faults(data: Mapping[str, Json], engine: DatabaseEngine, spec: ResolvedSpec) -> Iterator[Fault]:
    there = ["instances", "cluster" if engine.aurora else "parameters"]
    other = "parameters" if engine.aurora else "cluster"
    missing = {other: f"{data['engine']} has no events of its own for '{other}'"}
    if data["proxy"]:
        there.append("proxy")
    else:
        missing["proxy"] = "the database has no proxy"
    yield from event_faults(data["events"], Sources(tuple(there), missing), spec)
