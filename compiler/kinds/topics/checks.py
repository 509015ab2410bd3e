"""Checks of topics: what a fifo topic can do, and which queues a topic delivers to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.source.json_value import Json


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterable[Fault]:
    """Source of the rules: SNS developer guide, message delivery for FIFO topics."""
    if data["fifo"] and data["email"]:
        help_text = "use a topic that is not fifo, or queues as subscribers"
        yield Fault("fifo-limit", "a fifo topic delivers to queues only, not to email", ("email",), help_text)
    yield from _queues(data, platform_data.get("queues") or {})


def _queues(data: Mapping[str, Json], queues: Mapping[str, Json]) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, said in enumerate(data["subscribers"]):
        name = said if isinstance(said, str) else said["queue"]
        if name in seen:
            message = f"'{name}' is subscribed twice"
            yield Fault("duplicate-value", message, ("subscribers", index), "take one of them out")
        seen.add(name)
        if not data["fifo"] and name in queues and queues[name]["fifo"]:
            message = f"the queue '{name}' is fifo: only a fifo topic delivers to it"
            yield Fault("fifo-limit", message, ("subscribers", index), "set fifo: true here, or take a standard queue")
