"""Checks of buses: which queues and topics their rules can deliver to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compiler.checks import Fault
from compiler.fifo import standard_only
from compiler.json_value import Json


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterable[Fault]:
    yield from standard_only(data["undelivered"], ("undelivered",), platform_data)
    for name, rule in data["rules"].items():
        said = rule["to"]
        if isinstance(said, str):
            yield from standard_only(said, ("rules", name, "to"), platform_data)
        else:
            for index, target in enumerate(said):
                yield from standard_only(target, ("rules", name, "to", index), platform_data)
