"""Checks of workflows: their state machines, what these call, and what starts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.workflows.states_calls import call_faults
from compiler.kinds.workflows.states_rules import definition_faults
from compiler.meaning.fault import Fault
from compiler.shared.event_checks import event_faults
from compiler.source.json_value import Json


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    yield from definition_faults(data["definition"], data["type"] == "express")
    yield from call_faults(data, platform_data)
    yield from event_faults(data, platform_data)
