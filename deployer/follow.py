"""Attach to the operation that runs on a stack, whoever began it, or read the events of the last one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.console import Reporting
from deployer.deployed import Stack, find_stack
from deployer.environment import Open
from deployer.errors import refused
from deployer.events import StackEvent, attach, last_operation
from deployer.faults import explained
from deployer.focus import in_focus
from deployer.outcome import Names, Outcome, failures, left_over, names_of
from deployer.session import Aws
from deployer.states import succeeded
from deployer.watch import Report, Watch
from reviewer.template_set import ROOT


@frozen(eq=True)
class Seen:
    """One event with its component."""

    event: StackEvent
    component: str

    def to_json(self) -> dict[str, Json]:
        event = self.event
        return {
            "time": event.time.isoformat(),
            "status": event.status,
            "component": self.component,
            "stack": event.stack,
            "logical_id": event.logical_id,
            "resource_type": event.resource_type,
            "reason": event.reason,
            "hook": asdict(event.hook) if event.hook else None,
        }

    def __str__(self) -> str:
        event = self.event
        what = f"{self.component}: {event.logical_id}" if self.component else event.logical_id
        reason = f" ({event.reason})" if event.reason else ""
        hook = event.hook or ""
        return f"{event.time:%Y-%m-%d %H:%M:%S} {event.status} {what} {event.resource_type}{hook}{reason}"


def follow(aws: Aws, stack: Stack, names: Names, report: Report) -> Outcome:
    """Report the operation from its first event until it has ended; the last one, if none runs."""
    watch = Watch(aws, attach(aws, stack.id), names, report, frozenset())
    ended = watch.until_end()
    good = succeeded(ended.status)
    found = () if good else failures(watch.stream.events, names)
    left = left_over(watch.stream.events, names) if good else ()
    return Outcome(ended.name, ended.status, good, ended.outputs, found, left)


def follow_all(roots: Sequence[Compiled], open_region: Open, reporting: Reporting) -> Iterator[Outcome]:
    """Follow the roots in the order of their deployment."""
    for root in roots:
        with open_region(root.region) as aws:
            stack, names = _in_focus(aws, root)
            if stack.status != "REVIEW_IN_PROGRESS":
                with reporting() as report:
                    outcome = follow(aws, stack, names, report)
                # The outputs of a nested stack are for other stacks.
                yield outcome if stack.name == root.stack_name else replace(outcome, outputs={})


def read_events(roots: Sequence[Compiled], open_region: Open) -> tuple[Seen, ...]:
    """The events of each root's operation that runs, or of its last one, oldest first."""
    return tuple(seen for root in roots for seen in _events(root, open_region))


def _events(root: Compiled, open_region: Open) -> Iterator[Seen]:
    with open_region(root.region) as aws, explained("reading the events of the stack"):
        stack, names = _in_focus(aws, root)
        for event in last_operation(aws, stack.id):
            yield Seen(event, names.component(event.stack, event.logical_id))


def _in_focus(aws: Aws, root: Compiled) -> tuple[Stack, Names]:
    """The stack that is worked on, and what is in it: of a nested one by itself, as if it were the root."""
    key, stack = in_focus(aws, _deployed(aws, root))
    names = names_of(root)
    return stack, names if key == ROOT else replace(names, origins={ROOT: names.origins.get(key, {})})


def _deployed(aws: Aws, root: Compiled) -> Stack:
    with explained("reading the state of the stack"):
        stack = find_stack(aws, root.stack_name)
    if stack is None:
        raise refused(f"stack {root.stack_name} is not deployed in {root.region}", "deploy it first", "not-deployed")
    return stack
