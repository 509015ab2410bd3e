"""Checks of jobs: their tasks, and what starts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.container_rules import container_faults
from compiler.shared.event_checks import event_faults
from compiler.shared.task_rules import task_faults
from compiler.source.document import Path
from compiler.source.json_value import Json


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    yield from task_faults(component)
    yield from container_faults(component, spec)
    if data["timezone"] and not data["schedule"]:
        message = "'timezone' has no effect without 'schedule'"
        yield Fault("unused-setting", message, ("timezone",), "remove it, or set 'schedule'")
    if data["queue"] and data["queue_variable"] in data["environment"]:
        message = f"'{data['queue_variable']}' is the variable of the queue's message ('queue_variable') too"
        where = ("environment", data["queue_variable"])
        yield Fault("duplicate-variable", message, where, "choose another name for one of the two")
    yield from event_faults(data, spec)
    for index, one in enumerate(data["events"]):
        yield from _overrides(one, ("events", index))


def _overrides(one: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    """Source: EventBridge user guide, "Event bus targets: Amazon ECS task": its input is a TaskOverride."""
    if one["transform"] and isinstance(one["transform"]["template"], str):
        where = (*path, "transform", "template")
        help_text = "make it overrides: {containerOverrides: [{name: …, environment: [...]}]}"
        yield Fault("wrong-type", "a job takes what ECS calls overrides, not text", where, help_text)
