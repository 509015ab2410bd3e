"""Wait until a stack operation has ended, and report its events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from compiler.source.frozen import frozen
from deployer.deployed import Stack, find_stack
from deployer.errors import failed, interrupted
from deployer.events import EventStream, StackEvent
from deployer.faults import explained
from deployer.outcome import Names
from deployer.session import SANDBOX, Aws
from deployer.states import running
from reviewer.template_set import STACK_TYPE

_START_SECONDS = 300
_LAST_POLLS = 10


@frozen(eq=True)
class Progress:
    """One event, with how far the operation is: `done` of `total` resources, zero where nobody knows how many."""

    event: StackEvent
    component: str
    done: int
    total: int

    def __str__(self) -> str:
        event = self.event
        what = f"{self.component}: {event.logical_id}" if self.component else event.logical_id
        reason = f" ({event.reason})" if event.failed and event.reason else ""
        hook = event.hook or ""
        count = f"[{self.done}/{self.total}] " if self.total else ""
        return f"{count}{event.status} {what} {event.resource_type}{hook}{reason}"


Report = Callable[[Progress], None]


def silent(_progress: Progress) -> None:
    """A report that prints nothing."""


@dataclass(slots=True)
class Watch:
    """Follows one operation of a stack that was begun after `stream` was opened."""

    aws: Aws
    stream: EventStream
    names: Names
    report: Report
    expected: frozenset[str]
    """Logical ids of the resources that the operation is to touch; they are unique in a platform."""
    _done: set[str] = field(default_factory=set)

    def until_end(self) -> Stack:
        """Wait for the end of the operation, its rollback included; the stack as it is then.

        Raises `DeployError` when AWS can no longer be asked, and on Ctrl-C; the operation itself goes on without this
        process.
        """
        try:
            with explained("watching the stack (the operation goes on by itself, see `events --follow`)"):
                stack = self._until(self._found)
                self._follow_silent_children()
                self._report_last_events(stack.status)
                return stack
        except KeyboardInterrupt:
            raise interrupted(self.stream.root_id.split("/")[1], self.aws.endpoint == SANDBOX) from None

    def _report_last_events(self, status: str) -> None:
        """Report the last events, which come after the stack's state has changed."""
        for _ in range(_LAST_POLLS):
            self._report(self.stream.poll())
            if any(event.status == status and event.of_root for event in self.stream.events):
                return
            time.sleep(self.aws.poll_seconds)

    def _until(self, look: Callable[[], Stack]) -> Stack:
        waited = 0.0
        while True:
            self._report(self.stream.poll())
            stack = look()
            if self.stream.started and not running(stack.status):
                return stack
            if not self.stream.started and waited > _START_SECONDS:
                raise failed(f"stack {stack.name} did not start the operation; its state is {stack.status}")
            time.sleep(self.aws.poll_seconds)
            waited += self.aws.poll_seconds

    def _found(self) -> Stack:
        stack = find_stack(self.aws, self.stream.root_id)
        if stack is None:
            raise failed(f"the stack {self.stream.root_id} vanished while it was watched", "see the console")
        return stack

    def _report(self, events: Iterable[StackEvent]) -> None:
        for event in events:
            if event.ended and event.logical_id in self.expected:
                self._done.add(event.logical_id)
            component = self.names.component(event.stack, event.logical_id)
            self.report(Progress(event, component, len(self._done), len(self.expected)))

    def _follow_silent_children(self) -> None:
        """Find nested stacks that failed before an event had their id, by the name that CloudFormation gives them."""
        failed_ids = {event.logical_id for event in self.stream.events if _failed_child(event)}
        named = {event.stack for event in self.stream.events}
        missing = sorted(logical_id for logical_id in failed_ids - named if logical_id)
        if missing:
            self.stream.include(_children_by_name(self.aws, self.stream, missing))


def _children_by_name(aws: Aws, stream: EventStream, logical_ids: list[str]) -> dict[str, str]:
    """Stack id → logical id; CloudFormation names a nested stack ``<stack>-<logical id>-<suffix>``."""
    root_name = stream.root_id.split("/")[1]
    children: dict[str, str] = {}
    for page in aws.cloudformation.get_paginator("list_stacks").paginate():
        for stack in page["StackSummaries"]:
            for logical_id in logical_ids:
                if stack["StackName"].startswith(f"{root_name}-{logical_id}-"):
                    children[stack["StackId"]] = logical_id
    return children


def _failed_child(event: StackEvent) -> bool:
    return event.failed and event.resource_type == STACK_TYPE and not event.of_stack_itself
