"""How an operation that was begun has ended, as CloudFormation's events tell."""

from __future__ import annotations

from botocore.exceptions import ClientError

from deployer.changeset import describe
from deployer.events import StackEvent, operation_with
from deployer.faults import denied
from deployer.history.record import RECOVERY, Begun, Ended, Result
from deployer.outcome import Names, Outcome, failures, left_over
from deployer.session import Aws
from deployer.states import succeeded

_RECOVERED = frozenset({"UPDATE_ROLLBACK_COMPLETE", "DELETE_COMPLETE"})


def end_of(aws: Aws, begun: Begun, superseded: bool = False) -> Ended | None:
    """The end; None while the operation runs, and where nobody can tell any more.

    `superseded` says that another operation on the root was begun later, so that this one will not begin any more.
    """
    try:
        events = operation_with(aws, begun.stack_id, begun.request)
    except ClientError as fault:
        if denied(fault):
            return None
        raise
    if events:
        return _from_events(aws, begun, events)
    if superseded or _never_executed(aws, begun):
        return Ended("not-started", seen_by=aws.caller)
    return None


def _from_events(aws: Aws, begun: Begun, events: tuple[StackEvent, ...]) -> Ended | None:
    of_root = [event for event in events if event.of_root]
    if not of_root or not of_root[-1].ended:
        return None
    status = of_root[-1].status
    good = is_good(begun.operation, status)
    names = Names(begun.version.origins, begun.version.places) if begun.version else Names()
    return Ended(
        result="succeeded" if good else "failed",
        status=status,
        started=of_root[0].time.isoformat(),
        ended=of_root[-1].time.isoformat(),
        failures=() if good else failures(events, names),
        notes=left_over(events, names) if good else (),
        seen_by=aws.caller,
    )


def is_good(operation: str, status: str) -> bool:
    return status in _RECOVERED if operation == RECOVERY else succeeded(status)


def _never_executed(aws: Aws, begun: Begun) -> bool:
    """Whether the change set is gone or refused, so that nobody will execute it; no event has named it before."""
    if not begun.change_set:
        return False
    found = describe(aws, begun.change_set)
    return found is None or (found.status != "CREATE_COMPLETE" and not found.execution.startswith("EXECUTE"))


def from_outcome(aws: Aws, outcome: Outcome) -> Ended:
    """The end as whoever waited for it saw it, where no event tells."""
    result: Result = "succeeded" if outcome.succeeded else "failed"
    return Ended(result, outcome.status, failures=outcome.failures, seen_by=aws.caller)
