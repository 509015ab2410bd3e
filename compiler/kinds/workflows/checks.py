"""Checks of workflows: their state machines, what these call, and what starts them."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.kinds.workflows.states_calls import call_faults
from compiler.kinds.workflows.states_rules import definition_faults
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.event_checks import event_faults


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    yield from definition_faults(data["definition"], data["type"] == "express")
    yield from call_faults(component, spec)
    yield from event_faults(data, spec)
