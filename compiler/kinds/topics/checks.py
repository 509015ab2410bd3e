"""Checks of topics: what a fifo topic can do, and which queues a topic delivers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.json_value import Json


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    """Source of the rules: SNS developer guide, message delivery for FIFO topics."""
    data = component.settings
    if data["fifo"] and data["email"]:
        help_text = "use a topic that is not fifo, or queues as subscribers"
        yield Fault("fifo-limit", "a fifo topic delivers to queues only, not to email", ("email",), help_text)
    yield from _queues(data, spec)


def _queues(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, said in enumerate(data["subscribers"]):
        name = said if isinstance(said, str) else said["queue"]
        if name in seen:
            message = f"'{name}' is subscribed twice"
            yield Fault("duplicate-value", message, ("subscribers", index), "remove one of them")
        seen.add(name)
        queue = spec.component(name, "queues")
        if not data["fifo"] and queue and queue.settings["fifo"]:
            message = f"the queue '{name}' is fifo: only a fifo topic delivers to it"
            yield Fault("fifo-limit", message, ("subscribers", index), "set fifo: true here, or take a standard queue")
