"""Checks of queues: the dead-letter queue outlives the queue."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.language.times import in_seconds, told
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    """A message keeps its age when it moves (SQS developer guide, dead-letter queues: retention)."""
    data = component.settings
    kept = data["retention_days"]
    if in_seconds(data["dead_letter"]["retention_days"], "days") < in_seconds(kept, "days"):
        message = f"is less than the queue's {told('days', kept)}: messages could expire before they are inspected"
        yield Fault("short-retention", message, ("dead_letter", "retention_days"), f"at least {kept}, better 14")
