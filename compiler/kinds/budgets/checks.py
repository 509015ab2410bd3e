"""Checks of budgets: somebody is told, once for each alert."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.json_value import Json


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    if not data["email"] and not data["topic"]:
        yield Fault(
            "no-subscriber", "the budget has no subscribers", (), "give addresses in 'email', or a topic in 'topic'"
        )
    yield from _alerts(data)
    yield from _topic(data, spec)


def _alerts(data: Mapping[str, Json]) -> Iterator[Fault]:
    seen = set()
    for index, alert in enumerate(data["alerts"]):
        key = (float(alert["percent"]), alert["forecast"])
        if key in seen:
            yield Fault("duplicate-value", "duplicate alert", ("alerts", index), "remove one of them")
        if alert["forecast"] and data["period"] == "daily":
            message = "AWS Budgets has no forecast for a day"
            yield Fault("unused-setting", message, ("alerts", index, "forecast"), "remove it, or set another period")
        seen.add(key)


def _topic(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    name = data["topic"]
    topic = spec.component(name, "topics")
    if topic and topic.settings["fifo"]:
        yield Fault("fifo-limit", f"the topic '{name}' is fifo: budgets send to standard topics only", ("topic",))
