"""Read the stack events of one operation, of the root and of its nested stacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from botocore.exceptions import ClientError

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.faults import error_code, read
from deployer.session import Aws
from reviewer.template_set import ROOT, STACK_TYPE

_OVERLAP = 50
"""Number of events already seen after which all older ones count as seen."""
_BEGINNINGS = frozenset(f"{verb}_IN_PROGRESS" for verb in ("CREATE", "UPDATE", "DELETE", "IMPORT"))
"""Statuses of the root with which an operation begins, and that it never has again."""


@frozen(eq=True)
class HookCall:
    """What a hook said of a resource before it was changed."""

    name: str
    """Type of the hook."""
    status: str
    """``HOOK_COMPLETE_FAILED``, …"""
    reason: str
    warns: bool
    """Whether the deployment goes on when the hook fails."""

    @property
    def failed(self) -> bool:
        return self.status in ("HOOK_COMPLETE_FAILED", "HOOK_FAILED")

    def __str__(self) -> str:
        return f" hook {self.name} {self.status}" + (f" ({self.reason})" if self.failed and self.reason else "")


@frozen(eq=True)
class StackEvent:
    """One event, with the key of its template (`ROOT` or the nested stack's logical id)."""

    id: str
    stack: str
    stack_id: str
    logical_id: str
    physical_id: str
    resource_type: str
    status: str
    reason: str
    time: datetime
    token: str = ""
    """Client request token of the operation."""
    hook: HookCall | None = None

    @property
    def of_stack_itself(self) -> bool:
        return self.physical_id == self.stack_id

    @property
    def of_root(self) -> bool:
        return self.stack == ROOT and self.of_stack_itself

    @property
    def ended(self) -> bool:
        """Whether the operation on the resource has ended, successfully or not."""
        return self.status.endswith(("_COMPLETE", "_FAILED", "_SKIPPED"))

    @property
    def failed(self) -> bool:
        return self.status.endswith("_FAILED")


@dataclass(slots=True)
class EventStream:
    """Events of one stack and its nested stacks as they come; starts after the newest event there is when opened."""

    aws: Aws
    root_id: str
    _marker: str = ""
    """Id of the newest event of the time before."""
    _since: datetime | None = None
    _stacks: dict[str, str] = field(default_factory=dict)
    """Stack id → key of its template."""
    _seen: set[str] = field(default_factory=set)
    events: list[StackEvent] = field(default_factory=list)

    @property
    def started(self) -> bool:
        return self._since is not None

    def poll(self) -> tuple[StackEvent, ...]:
        """Events that are new since the last call, each after what it follows from."""
        of_root = self._unseen(self.root_id, ROOT)
        if of_root and self._since is None:
            self._since = of_root[0].time
        self._stacks.update(_nested(of_root))
        nested = {key: self._unseen(stack_id, key) for stack_id, key in sorted(self._stacks.items())}
        new = _in_order(of_root, nested)
        self.events += new
        return new

    def include(self, nested: Mapping[str, str]) -> None:
        """Follow nested stacks (stack id → key) that no event has named."""
        self._stacks.update(nested)

    def _unseen(self, stack_id: str, key: str) -> list[StackEvent]:
        """New events of one stack, oldest first. Late ones may come in behind newer ones, hence the overlap."""
        unseen: list[StackEvent] = []
        passed = 0
        for event in _newest_first(self.aws, stack_id, key):
            passed += event.id in self._seen
            if self._is_of_the_past(event) or passed > _OVERLAP:
                break
            if event.id not in self._seen:
                unseen.append(event)
        self._seen.update(event.id for event in unseen)
        return unseen[::-1]

    def _is_of_the_past(self, event: StackEvent) -> bool:
        if event.stack == ROOT:
            return event.id == self._marker
        return self._since is not None and event.time < self._since


def _in_order(of_root: Sequence[StackEvent], nested: dict[str, list[StackEvent]]) -> tuple[StackEvent, ...]:
    """The end of a nested stack comes after its own events, the root's after all; times alone are too coarse."""
    ordered: list[StackEvent] = []
    for event in of_root:
        if event.ended:
            ended = list(nested) if event.of_stack_itself else [event.logical_id]
            ordered += [earlier for key in ended for earlier in nested.pop(key, ())]
        ordered.append(event)
    rest = [event for events in nested.values() for event in events]
    return (*ordered, *sorted(rest, key=lambda event: event.time))


def open_stream(aws: Aws, stack_id: str) -> EventStream:
    """A stream of the events from now on."""
    newest = next(_newest_first(aws, stack_id, ROOT), None)
    return EventStream(aws, stack_id, newest.id if newest else "")


def _nested(events: Sequence[StackEvent]) -> Mapping[str, str]:
    return {
        event.physical_id: event.logical_id
        for event in events
        if event.stack == ROOT and event.resource_type == STACK_TYPE and event.physical_id and not event.of_stack_itself
    }


def _newest_first(aws: Aws, stack_id: str, key: str) -> Iterator[StackEvent]:
    """Page by page, so that a reader that stops early asks for no more; nothing when the stack does not exist."""
    arguments: dict[str, Json] = {"StackName": stack_id}
    while page := _page(aws, arguments):
        for item in page["StackEvents"]:
            yield replace(_event(item), stack=key)
        if not page.get("NextToken"):
            return
        arguments["NextToken"] = page["NextToken"]


def _page(aws: Aws, arguments: Mapping[str, Json]) -> Json:
    try:
        return read(lambda: aws.cloudformation.describe_stack_events(**dict(arguments)))
    except ClientError as fault:
        if error_code(fault) == "ValidationError":
            return None
        raise


def _event(data: Json) -> StackEvent:
    return StackEvent(
        id=data["EventId"],
        stack=ROOT,
        stack_id=data["StackId"],
        logical_id=data.get("LogicalResourceId", ""),
        physical_id=data.get("PhysicalResourceId", ""),
        resource_type=data.get("ResourceType", ""),
        status=data.get("ResourceStatus", ""),
        reason=data.get("ResourceStatusReason", ""),
        time=data["Timestamp"],
        token=data.get("ClientRequestToken", ""),
        hook=_hook(data) if data.get("HookType") else None,
    )


def _hook(data: Json) -> HookCall:
    warns = data.get("HookFailureMode") == "WARN"
    return HookCall(data["HookType"], data.get("HookStatus", ""), data.get("HookStatusReason", ""), warns)


def attach(aws: Aws, stack_id: str) -> EventStream:
    """A stream of the operation that runs, or of the last one, from its first event on."""
    return EventStream(aws, stack_id, _end_before(_newest_first(aws, stack_id, ROOT)))


def _end_before(newest_first: Iterator[StackEvent]) -> str:
    """Id of the event with which the operation before the last one ended; empty when there was none."""
    seen_begin = False
    for event in newest_first:
        if not event.of_root:
            continue
        if seen_begin and (event.ended or event.status == "REVIEW_IN_PROGRESS"):
            return event.id
        seen_begin = seen_begin or not event.ended
    return ""


def last_operation(aws: Aws, stack_id: str) -> tuple[StackEvent, ...]:
    """The events of the operation that runs, or of the last one, oldest first."""
    stream = attach(aws, stack_id)
    stream.poll()
    return tuple(stream.events)


def operation_started(aws: Aws, stack_id: str) -> StackEvent | None:
    """The first event of the operation that runs, or of the last one."""
    return next(iter(last_operation(aws, stack_id)), None)


def operation_with(aws: Aws, stack_id: str, token: str) -> tuple[StackEvent, ...]:
    """The events of the last operation that was begun with a client request token, to its end; empty if there is none.

    All events of an operation have its token (StackEvent in the API reference); what cancels it goes on under another.
    A step of a plan that is tried again has the token of the time before.
    """
    marker = _before_token(_newest_first(aws, stack_id, ROOT), token)
    if marker is None:
        return ()
    stream = EventStream(aws, stack_id, marker)
    stream.poll()
    return _to_end(stream.events)


def _before_token(newest_first: Iterator[StackEvent], token: str) -> str | None:
    """Id of the event before the last operation with a token, empty when it is the first; None if there is none."""
    seen, begun = False, False
    for event in newest_first:
        if seen and (event.token != token or (begun and event.of_root and event.ended)):
            return event.id
        seen = seen or event.token == token
        begun = begun or (event.token == token and event.of_root and event.status in _BEGINNINGS)
    return "" if seen else None


def _to_end(events: Sequence[StackEvent]) -> tuple[StackEvent, ...]:
    """Without what came after the end of the operation with which the events begin."""
    of_root = [event for event in events if event.of_root]
    after = (*of_root[1:], None)
    ends = [event for event, following in zip(of_root, after, strict=True) if event.ended and not _undone(following)]
    if not ends:
        return tuple(events)
    last = events.index(ends[0])
    return tuple(event for event in events[: last + 1] if event.time <= ends[0].time)


def _undone(event: StackEvent | None) -> bool:
    """Whether an event says that what failed before it is being rolled back."""
    return event is not None and event.status.endswith("ROLLBACK_IN_PROGRESS")
