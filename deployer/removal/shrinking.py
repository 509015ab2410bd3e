"""Remove nested stacks by updates of their root, which is too large to be deleted in one operation.

Each is a change set that may do nothing but that. What an update can't delete is left behind, outside of the stack; so
the removal stops there. State is read from AWS before each, so that the same command goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from compiler.source.diagnostics import Diagnostic
from compiler.source.frozen import frozen
from deployer.bucket import ensure_bucket
from deployer.changeset import ChangeSet, Request, make_change_set, remove
from deployer.deployed import Stack, find_stack, nested_stacks, read_template
from deployer.errors import FAILED, INTERRUPTED, DeployError, failed
from deployer.events import StackEvent, open_stream
from deployer.executing import start
from deployer.outcome import Names, Outcome, failures, left_over
from deployer.protection import let_go
from deployer.publish import store
from deployer.removal.parts import Part, without
from deployer.running import beaten
from deployer.session import Aws
from deployer.states import succeeded
from deployer.step_requests import named
from deployer.watch import Report, Watch
from reviewer.change import Step
from reviewer.crosscheck import unexpected
from reviewer.values import joined

_AGAIN = "the same command goes on from there"


@frozen(eq=True)
class Shrinking:
    """A stack that becomes smaller, and what is known of it."""

    stack: str
    parts: Sequence[Part]
    bucket: str | None
    origins: Mapping[str, Mapping[str, str]]
    resources: frozenset[str]
    """Logical ids of all that is removed."""

    @property
    def total(self) -> int:
        """All operations: those that make it smaller, and the deletion of the stack."""
        return len(self.parts) + 1


@frozen(eq=True)
class Shrunk:
    """How far that got."""

    events: tuple[StackEvent, ...] = ()
    failed: Outcome | None = None


def shrink(shrinking: Shrinking, aws: Aws, report: Report) -> Shrunk:
    """Remove the parts in order, up to the first that fails."""
    done = Shrunk()
    for number in range(1, shrinking.total):
        try:
            change_set, request = _made(shrinking, aws, number)
        except KeyboardInterrupt:
            raise _interrupted(shrinking, number) from None
        done = _removed(shrinking, aws, (change_set, request), report, (number, done))
        if done.failed:
            break
    return done


def _made(shrinking: Shrinking, aws: Aws, number: int) -> tuple[ChangeSet, Request]:
    """The change set that removes one part. Raises `DeployError` for one that would do more."""
    part = shrinking.parts[number - 1]
    stack = _found(aws, shrinking.stack)
    template = without(read_template(aws, stack.id), part.stacks)
    url = store(aws, ensure_bucket(aws, shrinking.bucket), "root", template)[0]
    wanted = Request(stack.name, "", "UPDATE", url, {}, stack.tags, unchanged=(*template.get("Parameters", ()),))
    request = named(wanted, [stack.id, stack.changed])
    with beaten(aws, stack.name):
        change_set = make_change_set(aws, request)
    foreign = _foreign(change_set, part, stack.name)
    if foreign or not change_set.ready:
        remove(aws, change_set.id)
        raise _stopped(shrinking, number, foreign or [change_set.reason or change_set.status])
    let_go(aws, stack.id)
    return change_set, request


def _found(aws: Aws, name_or_id: str) -> Stack:
    stack = find_stack(aws, name_or_id)
    if stack is None:
        raise failed(f"stack {name_or_id} is gone", "see `status`")
    return stack


def _foreign(change_set: ChangeSet, part: Part, stack_name: str) -> Sequence[str]:
    """Rows that do something else than to remove the part."""
    inside = {row for row in change_set.changes if {row.logical_id, row.stack.split("/")[0]} & {*part.stacks}}
    ours = [row for row in change_set.changes if row in inside and row.action == "Remove"]
    return unexpected(Step((), tuple(ours)), change_set.changes, stack_name)


def _removed(
    shrinking: Shrinking,
    aws: Aws,
    made: tuple[ChangeSet, Request],
    report: Report,
    before: tuple[int, Shrunk],
) -> Shrunk:
    """Execute one change set, and watch it to its end."""
    (change_set, request), (number, shrunk) = made, before
    nested = nested_stacks(aws, change_set.stack_id)
    names = Names(shrinking.origins)
    watch = Watch(aws, open_stream(aws, change_set.stack_id), names, report, shrinking.resources)
    with beaten(aws, change_set.stack_id):
        start(aws, change_set, request)
    ended = watch.until_end()
    watch.stream.include({nested[name]: name for name in shrinking.parts[number - 1].stacks if name in nested})
    watch.stream.poll()
    events = (*shrunk.events, *watch.stream.events)
    left = left_over(watch.stream.events, names)
    if succeeded(ended.status) and not left:
        return Shrunk(events)
    found = failures(watch.stream.events, names)
    outcome = Outcome(ended.name, ended.status, False, {}, found, left, (_note(shrinking, number, bool(left)),))
    return Shrunk(events, outcome)


def _note(shrinking: Shrinking, number: int, left: bool) -> str:
    what = f"operation {number} of {shrinking.total} of the removal"
    if left:
        return f"{what} could not delete everything: remove what is left behind, {_AGAIN}"
    return f"{what} failed, and the stack is as before it: {_AGAIN}"


def _stopped(shrinking: Shrinking, number: int, rows: Sequence[str]) -> DeployError:
    what = f"operation {number} of {shrinking.total} of the removal of stack {shrinking.stack}"
    message = f"{what} would do more than remove nested stacks, or is not accepted: {joined(tuple(rows))}"
    return DeployError([Diagnostic("step-not-reviewed", message, suggestion=_AGAIN)], FAILED)


def _interrupted(shrinking: Shrinking, number: int) -> DeployError:
    message = f"interrupted before operation {number} of {shrinking.total} of the removal of stack {shrinking.stack}"
    return DeployError([Diagnostic("interrupted", message, suggestion=_AGAIN)], INTERRUPTED)


def operations(parts: Sequence[Part], most: int) -> Iterator[str]:
    """The operations of a removal, a line each; nothing where there is one."""
    if parts:
        yield f"in {len(parts) + 1} operations, since CloudFormation deletes at most {most:,} resources in one:"
        for number, part in enumerate(parts, 1):
            yield f"  {number}. {joined(part.stacks)}: {part.resources:,} resources"
        yield f"  {len(parts) + 1}. the stack itself, with what is left"


def with_retained(outcome: Outcome, kept: Sequence[str]) -> Outcome:
    """A removal that stopped, with what it has left so far."""
    return replace(outcome, retained=(*kept, *outcome.retained))
