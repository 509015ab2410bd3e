"""Where AWS sends to standard queues and topics only."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.source.document import Path


def standard_only(name: str | None, path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    """A fault when `name` is a fifo queue or topic: events, delivered or given up, go to standard ones.

    Source: Lambda developer guide, "Capturing records of asynchronous invocations"; EventBridge user guide, "Using
    dead-letter queues". EventBridge can fill a fifo queue, but would put all events of a rule into one message group.
    """
    target = spec.component(name)
    if target and target.settings.get("fifo"):
        message = f"'{name}' is fifo, and events go to standard queues and topics only"
        yield Fault("fifo-limit", message, path, "name a queue or topic that is not fifo")
