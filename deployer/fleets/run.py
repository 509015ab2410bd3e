"""Carry out the steps of a fleet, one operation after the other, and follow each to its end.

Each step can be repeated: an operation that was begun has the id of its step, and is followed instead of begun again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, field

from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from compiler.language.fleet import Fleet
from compiler.source.diagnostics import Diagnostic
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.changeset import supported
from deployer.errors import INTERRUPTED, DeployError, occupied, refused
from deployer.faults import error_code, explained, read
from deployer.fleets.state import (
    Operation,
    Result,
    find_operation,
    find_stack_set,
    last_operation,
    read_results,
)
from deployer.fleets.steps import CALLS, Step
from deployer.session import Aws

_BUSY = frozenset({"OperationInProgressException"})
_STALE = frozenset({"StaleRequestException"})
_BEGUN = frozenset({"OperationIdAlreadyExistsException"})
_THERE = frozenset({"NameAlreadyExistsException", "CreatedButModifiedException"})
_ENDED = frozenset({"SUCCEEDED", "FAILED", "CANCELLED"})
"""States of an operation in one account and region after which nothing happens there any more."""
_POLLS_FOR_RESULTS = 10

Report = Callable[[str], None]
"""Called with a line for each account and region in which an operation has ended."""


@frozen(eq=True)
class Subject:
    """The stack set that is worked on."""

    name: str
    fleet: Fleet


@frozen(eq=True)
class Ended:
    """One operation, as it has ended."""

    action: str
    operation: str
    status: str
    reason: str = ""
    results: tuple[Result, ...] = ()
    unlisted: int = 0
    """Stacks that the operation counts as failed, and of which its results say nothing yet."""

    @property
    def failures(self) -> tuple[Result, ...]:
        return tuple(one for one in self.results if one.status not in ("SUCCEEDED", "PENDING", "RUNNING"))

    @property
    def succeeded(self) -> bool:
        """Whether it came to its end: some accounts may have failed within the tolerance."""
        return self.status == "SUCCEEDED"


@frozen(eq=True)
class FleetOutcome:
    """The end of a deployment or removal of a fleet."""

    stack: str
    status: str
    ended: tuple[Ended, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def succeeded(self) -> bool:
        """Whether everything is as wanted, everywhere."""
        return self.status in ("SUCCEEDED", "NO_CHANGES", "DELETED")

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        failed = (one for ended in self.ended for one in ended.failures if one.status == "FAILED")
        return tuple(map(_told, failed))

    def to_json(self) -> dict[str, Json]:
        return {**asdict(self), "succeeded": self.succeeded}


_NO_ROLE = re.compile(r"role with trust relationship|AWSCloudFormationStackSet\w+Role", re.IGNORECASE)


def _told(result: Result) -> Diagnostic:
    """A failure; with what to do about the most usual reason: a role that is not there yet, or trusts somebody else."""
    message = f"{result.name}: {result.status}: {result.reason or 'no reason given'}"
    hint = "make the roles with the policies that `bootstrap` prints, then run `deploy --retry-failed`"
    return Diagnostic("stack-instance-failed", message, suggestion=hint if _NO_ROLE.search(result.reason) else "")


def carry_out(aws: Aws, subject: Subject, steps: Sequence[Step], report: Report) -> Iterator[Ended]:
    """Each operation as it ends, up to the first that does not succeed.

    Raises `DeployError` when another operation runs, when AWS refuses, and on Ctrl-C: what was begun goes on.
    """
    for step in steps:
        operation_id = begin(aws, subject, step)
        if not operation_id:
            yield Ended(step.action, "", "SUCCEEDED")
            continue
        ended = follow(aws, subject, (step.action, operation_id), report)
        yield ended
        if not ended.succeeded:
            return


def begin(aws: Aws, subject: Subject, step: Step) -> str:
    """The id of the step's operation, which is begun if it was not yet; empty for a step that is none."""
    with explained(f"working on the stack set {subject.name}"):
        return _begun(aws, subject, step) or _begin(aws, subject, step)


def _begun(aws: Aws, subject: Subject, step: Step) -> str:
    """The id of the step's operation, if an earlier run has begun it."""
    if not step.operation_id:
        return ""
    found = find_operation(aws, subject.name, step.operation_id, subject.fleet)
    return found.id if found else ""


def _begin(aws: Aws, subject: Subject, step: Step) -> str:
    """Call; the id of the operation, empty for what is none. An answer that was lost is looked up."""
    call = CALLS[step.action]
    arguments = supported(aws, "".join(word.capitalize() for word in call.split("_")), step.arguments)
    try:
        answer: Json = getattr(aws.cloudformation, call)(**arguments)
    except ResponseParserError:
        return step.operation_id
    except ClientError as fault:
        return _in_spite_of(aws, subject, step, fault)
    return str(answer.get("OperationId") or "")


def _in_spite_of(aws: Aws, subject: Subject, step: Step, fault: ClientError) -> str:
    """The id of the operation that an attempt of the same call has begun, whose answer was lost."""
    code = error_code(fault)
    if code in _THERE and step.action == "create-set":
        _check_own(aws, subject, step)
        return ""
    if code in _BEGUN:
        return step.operation_id
    if code in _BUSY:
        begun = _begun(aws, subject, step)
        if not begun:
            raise busy(aws, subject) from fault
        return begun
    if code in _STALE:
        message = f"another operation was performed on the stack set {subject.name} in the meantime"
        raise refused(message, "plan again, review, and apply that", "stale-plan") from fault
    raise fault


def _check_own(aws: Aws, subject: Subject, step: Step) -> None:
    """A stack set that is there already is the planned one if it has its tags and content: an answer was lost."""
    found = find_stack_set(aws, subject.name, subject.fleet)
    wanted = {one["Key"]: one["Value"] for one in step.arguments["Tags"]}
    if found is None or (found.tags, found.description) != (wanted, step.arguments["Description"]):
        message = f"there is another stack set {subject.name} by now"
        raise refused(message, "plan again, review, and apply that", "stale-plan")


def busy(aws: Aws, subject: Subject) -> DeployError:
    """The refusal to work on a stack set on which an operation runs."""
    running = last_operation(aws, subject.name, subject.fleet)
    what = f"{running.action} {running.id} since {running.began}" if running else "an operation"
    return occupied(
        f"another operation runs on the stack set {subject.name}: {what}",
        "--wait waits for its end; `status` shows how far it is",
    )


def follow(aws: Aws, subject: Subject, of: tuple[str, str], report: Report) -> Ended:
    """Wait for the end of an operation, by action and id, and report each account and region that has ended.

    Raises `DeployError` on Ctrl-C; the operation goes on.
    """
    action, operation_id = of
    seen: set[str] = set()
    try:
        with explained("following the operation (it goes on by itself, see `status`)"):
            while True:
                found = _operation(aws, subject, operation_id)
                results = read_results(aws, subject.name, operation_id, subject.fleet)
                _tell(results, seen, report)
                if not found.at_work:
                    results = _settled(aws, subject, found, results)
                    _tell(results, seen, report)
                    return _ended(action, found, results)
                time.sleep(aws.poll_seconds)
    except KeyboardInterrupt:
        raise _interrupted(subject.name) from None


def _settled(aws: Aws, subject: Subject, ended: Operation, results: tuple[Result, ...]) -> tuple[Result, ...]:
    """The results of an operation that has ended, which may be told later than its end.

    DescribeStackSetOperation "provides strongly consistent reads", ListStackSetOperationResults "eventually consistent"
    ones (API reference).
    """
    for _ in range(_POLLS_FOR_RESULTS):
        if not (_missing(ended, results) or any(one.status in ("PENDING", "RUNNING") for one in results)):
            break
        time.sleep(aws.poll_seconds)
        results = read_results(aws, subject.name, ended.id, subject.fleet)
    return results


def _missing(ended: Operation, results: Sequence[Result]) -> int:
    return max(0, ended.failures - sum(one.status == "FAILED" for one in results))


def _ended(action: str, found: Operation, results: tuple[Result, ...]) -> Ended:
    return Ended(action, found.id, found.status, found.reason, results, _missing(found, results))


def _operation(aws: Aws, subject: Subject, operation_id: str) -> Operation:
    """An operation that was just begun may not be listed yet."""
    for _ in range(_POLLS_FOR_RESULTS):
        found = read(lambda: find_operation(aws, subject.name, operation_id, subject.fleet))
        if found:
            return found
        time.sleep(aws.poll_seconds)
    raise occupied(f"the operation {operation_id} of {subject.name} can't be found", "run the same command again")


def _tell(results: Sequence[Result], seen: set[str], report: Report) -> None:
    total = len(results)
    for one in results:
        if one.status in _ENDED and one.name not in seen:
            seen.add(one.name)
            reason = f" ({one.reason})" if one.reason and one.status != "SUCCEEDED" else ""
            report(f"[{len(seen)}/{total}] {one.status} {one.name}{reason}")


def _interrupted(name: str) -> DeployError:
    message = f"interrupted: the operation on the stack set {name} goes on without this command"
    hint = "`status` shows how far it is; the same command again follows it, and does what is left"
    return DeployError([Diagnostic("interrupted", message, suggestion=hint)], INTERRUPTED)
