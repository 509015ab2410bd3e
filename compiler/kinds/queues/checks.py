"""Checks of queues: the dead-letter queue outlives the queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compiler.meaning.fault import Fault
from compiler.source.json_value import Json


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterable[Fault]:
    """A message keeps its age when it moves (SQS developer guide, dead-letter queues: retention)."""
    days = data["retention_days"]
    if data["dead_letter"]["retention_days"] < days:
        message = f"is less than the queue's {days} days: a message could be gone before anybody sees it"
        yield Fault("short-retention", message, ("dead_letter", "retention_days"), f"at least {days}, better 14")
