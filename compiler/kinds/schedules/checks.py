"""Checks of schedules: what they can send, and for how long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compiler.language.schedule_expression import real_time
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.fifo import standard_only


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    """Source: EventBridge Scheduler user guide, "Managing targets" and "Configuring a dead-letter queue"."""
    data = component.settings
    yield from standard_only(data["to"], ("to",), spec)
    yield from standard_only(data["undelivered"], ("undelivered",), spec)
    if spec.component(data["undelivered"], "topics"):
        message = f"'{data['undelivered']}' is a topic, and EventBridge Scheduler keeps what is lost in a queue only"
        yield Fault("wrong-kind", message, ("undelivered",), "name a queue")
    target = spec.component(data["to"])
    if isinstance(data["input"], str) and target and target.kind.get("x-takes-json"):
        message = f"'{data['to']}' takes JSON, not text"
        yield Fault("wrong-type", message, ("input",), "write a map, for example {report: daily}")
    for name in ("start", "end"):
        yield from _time(data[name], name)
    if data["start"] and data["end"] and data["start"] >= data["end"]:
        message = f"it ends at {data['end']}, before it starts at {data['start']}"
        yield Fault("out-of-range", message, ("end",), "set it to a later time")


def _time(time: str | None, name: str) -> Iterator[Fault]:
    if time and not real_time(time):
        yield Fault("bad-value", f"there is no time {time}", (name,), "write year-month-dayThour:minute:secondZ")
