"""Checks of brokers: their user, and where lost messages go."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    if component.settings["user"] == "admin":
        yield Fault("reserved-name", f"'admin' is reserved in {component.address}", ("user",), "choose another name")
    queue = spec.component(component.settings["failures"], "queues")
    if queue and queue.settings["fifo"]:
        yield Fault("fifo-limit", f"'{queue.name}' is fifo", ("failures",), "name a standard queue")
