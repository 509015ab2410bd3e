"""The state of what is deployed as lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployer.status import StackStatus, Status


def region_lines(found: Mapping[str, Status]) -> Iterator[str]:
    """All roots of an environment, each under its region where there are several."""
    for region, status in found.items():
        if len(found) > 1:
            yield f"in {region}:"
        yield from status_lines(status)


def status_lines(status: Status) -> Iterator[str]:
    """The root first, its nested stacks below it."""
    if not status.deployed:
        yield f"{status.root.name}: not deployed"
        return
    protected = ", protected from termination" if status.protected else ""
    yield f"{status.root.name}: {status.root.status}, {status.resources} resources{protected}"
    if status.root.reason:
        yield f"  {status.root.reason}"
    width = max((len(stack.name) for stack in status.nested), default=0)
    for stack in status.nested:
        yield f"  {stack.name:<{width}}  {_state(stack)}"


def _state(stack: StackStatus) -> str:
    reason = f" ({stack.reason})" if stack.reason else ""
    return f"{stack.status}, {stack.resources} resources{reason}"
