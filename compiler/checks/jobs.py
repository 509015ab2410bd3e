"""Checks of jobs: their tasks, and what starts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.checks import Fault
from compiler.json_value import Json
from compiler.task_rules import task_faults


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    yield from task_faults(data, platform_data)
    if data["timezone"] and not data["schedule"]:
        message = "'timezone' says nothing without 'schedule'"
        yield Fault("unused-setting", message, ("timezone",), "take it out, or say a schedule")
