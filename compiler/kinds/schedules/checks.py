"""Checks of schedules: what they can send, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compiler.meaning.fault import Fault
from compiler.shared.calendar_rules import time_faults
from compiler.shared.fifo import standard_only
from compiler.source.json_value import Json

_TAKE_JSON = ("functions", "jobs", "workflows")


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterable[Fault]:
    """Source: EventBridge Scheduler user guide, "Managing targets" and "Configuring a dead-letter queue"."""
    yield from standard_only(data["to"], ("to",), platform_data)
    yield from standard_only(data["undelivered"], ("undelivered",), platform_data)
    if data["undelivered"] in (platform_data.get("topics") or {}):
        message = f"'{data['undelivered']}' is a topic, and EventBridge Scheduler keeps what is lost in a queue only"
        yield Fault("wrong-kind", message, ("undelivered",), "name a queue")
    takes_json = {name for section in _TAKE_JSON for name in platform_data.get(section) or ()}
    if isinstance(data["input"], str) and data["to"] in takes_json:
        message = f"'{data['to']}' takes JSON, not text"
        yield Fault("wrong-type", message, ("input",), "write a map, for example {report: daily}")
    for name in ("when", "start", "end"):
        yield from time_faults(data[name], (name,))
    if data["start"] and data["end"] and data["start"] >= data["end"]:
        message = f"it ends at {data['end']}, before it starts at {data['start']}"
        yield Fault("out-of-range", message, ("end",), "set it to a later time")
