"""Execute a plan: exactly the change set that was reviewed, on the unchanged stack, until it has ended."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from deployer.changeset import ChangeSet, describe, make_change_set
from deployer.deployed import Stack, find_stack
from deployer.errors import failed, refused
from deployer.events import EventStream, attach, open_stream
from deployer.executing import AGAIN, start
from deployer.faults import explained
from deployer.history.keeping import keeping, settled
from deployer.history.ledger import HERE, Archive, Ledger, open_ledger
from deployer.history.plan_record import entry_of
from deployer.hooks import hook_warnings
from deployer.images.registry import mark
from deployer.kept.values import check_kept
from deployer.outcome import Names, Outcome, failures, left_over, retained
from deployer.plan import Plan
from deployer.protection import free, protect
from deployer.recovery.recover import Recovery, recover
from deployer.removal.destroy import delete_stack
from deployer.running import beaten, check_idle, first_event
from deployer.session import SANDBOX, Aws
from deployer.snapshots import make
from deployer.states import Operation, Step, operation_for, running, succeeded, unfit
from deployer.steps import Rest, execute_rest, executed
from deployer.validations import refusal
from deployer.watch import Report, Watch, silent

_EARLIER = "an earlier run has executed this plan; it was watched to its end, and nothing was executed again"
_RECREATE = Operation.RECREATE.value


@explained("applying the plan")
def apply_plan(plan: Plan, aws: Aws, report: Report = silent) -> Outcome:
    """Execute the planned change set, report every event, and wait for the end, of a rollback too.

    A deployment that fails is an `Outcome`, not an exception. A plan that an earlier run has begun to execute is not
    executed again, but watched to its end. Raises `DeployError` (exit 4) without changing anything when the plan was
    made for another account, region or endpoint, or the stack has changed since.
    """
    _check_place(plan, aws)
    if plan.empty:
        return _unchanged(plan, aws)
    stack = _present(plan, aws)
    if stack and _begun(plan, aws, stack):
        outcome = _watched(plan, _watch(plan, aws, attach(aws, stack.id), report))
        notes = (_EARLIER, *outcome.notes, *settled(aws, partial(_ledger, plan, aws)))
        return _marked(aws, plan, replace(outcome, notes=notes))
    check_idle(aws, stack)
    operation_for(plan.request.stack_name, stack.status if stack else "")
    done = executed(plan, aws, stack)
    outcome = _as_left(stack) if stack and done else _first(plan, aws, stack, report)
    rest = Rest(plan, aws, lambda step, change_set: _execute(step, aws, change_set, report), report)
    return _marked(aws, plan, execute_rest(rest, outcome, done or 1))


def _marked(aws: Aws, plan: Plan, outcome: Outcome) -> Outcome:
    """What was deployed keeps its images, however many are pushed later."""
    notes = mark(aws, plan.materials.images.values()) if outcome.succeeded else ()
    return replace(outcome, notes=(*outcome.notes, *notes))


def _first(plan: Plan, aws: Aws, stack: Stack | None, report: Report) -> Outcome:
    """Execute the change set that was made with the plan, which is the only one of most."""
    _check_unchanged(plan, stack)
    check_kept(aws, plan.kept)
    change_set = _recreate(plan, aws, stack, report) if _recreates(plan) else _planned(plan, aws)
    make(aws, plan.snapshots, plan.final.tags, report)
    return _execute(plan, aws, change_set, report)


def _execute(plan: Plan, aws: Aws, change_set: ChangeSet, report: Report) -> Outcome:
    """Execute one change set of the plan, and keep a record of it."""
    with keeping(aws, _ledger(plan, aws), entry_of(plan, aws, change_set)) as keep:
        return keep(_run(plan, aws, change_set, report))


def _ledger(plan: Plan, aws: Aws) -> Ledger | None:
    made, home = plan.materials, plan.materials.home
    return open_ledger(aws, Archive(home, made.bucket if home == aws.region else None), plan.review.stack)


def _as_left(stack: Stack) -> Outcome:
    """What an earlier change set of the plan has left."""
    return Outcome(stack.name, stack.status, True, stack.outputs)


def continue_rollback(aws: Aws, stack_name: str, report: Report = silent, archive: Archive = HERE) -> Outcome:
    """Continue the rollback of a stack in UPDATE_ROLLBACK_FAILED, and wait until it has ended."""
    with explained("continuing the rollback"):
        stack = find_stack(aws, stack_name)
        if stack is None or stack.status != "UPDATE_ROLLBACK_FAILED":
            state = stack.status if stack else "not deployed"
            message = f"stack {stack_name} has no failed rollback to continue: it is {state}"
            raise refused(message, "run `deploy` without --continue-rollback", "unfit-stack")
        return recover(Recovery(stack.name, stack.id, stack.status, Step.CONTINUE), aws, report, archive)


def _check_place(plan: Plan, aws: Aws) -> None:
    planned = (plan.review.account, plan.review.region, plan.endpoint)
    present = (aws.account, aws.region, aws.endpoint)
    for what, planned_value, present_value in zip(("account", "region", "endpoint"), planned, present, strict=True):
        if planned_value != present_value:
            raise refused(
                f"the plan is for {what} {_named(planned_value)}, but this is {_named(present_value)}",
                _place_hint(plan),
                "stale-plan",
            )


def _named(place: str) -> str:
    return place or "AWS itself"


def _place_hint(plan: Plan) -> str:
    return "apply it with --sandbox" if plan.endpoint == SANDBOX else "use the profile and endpoint it was made with"


def _recreates(plan: Plan) -> bool:
    return plan.review.operation == _RECREATE


def _present(plan: Plan, aws: Aws) -> Stack | None:
    """The planned stack; of one that is deleted first, and gone by now, the new one of its name."""
    stack = find_stack(aws, plan.stack_id or plan.request.stack_name)
    gone = stack is None or stack.status == "DELETE_COMPLETE"
    return find_stack(aws, plan.request.stack_name) if gone and _recreates(plan) else stack


def _begun(plan: Plan, aws: Aws, stack: Stack) -> bool:
    """Whether the last operation on a stack that has changed since the plan was made is the execution of the plan.

    Of several change sets the last one, where it has failed, is made and executed again.
    """
    if stack.status == "REVIEW_IN_PROGRESS" or plan.base == stack.changed:
        return False
    if plan.later and not running(stack.status) and not succeeded(stack.status):
        return False
    began = first_event(aws, stack)
    return began is not None and began.token == plan.final.name


def _waits(stack: Stack | None) -> bool:
    """Whether there is nothing but, perhaps, a change set: a failed stack was deleted, and not yet created anew."""
    return stack is None or stack.status == "REVIEW_IN_PROGRESS"


def _check_unchanged(plan: Plan, stack: Stack | None) -> None:
    name = plan.request.stack_name
    if _recreates(plan) and _waits(stack):
        return
    if stack is None or stack.status == "DELETE_COMPLETE":
        raise refused(f"stack {name} is gone since the plan was made", AGAIN, "stale-plan")
    if plan.base and plan.base != stack.changed:
        raise refused(f"stack {name} was changed at {stack.changed}, after the plan was made", AGAIN, "stale-plan")


def _planned(plan: Plan, aws: Aws) -> ChangeSet:
    """The change set of the plan, if it can be executed or is already being executed."""
    change_set = describe(aws, plan.change_set)
    name = plan.request.stack_name
    if change_set is None:
        raise refused(
            f"the planned change set of stack {name} is gone: executed, replaced or deleted", AGAIN, "stale-plan"
        )
    if change_set.ready:
        return change_set
    state = change_set.execution if change_set.status == "CREATE_COMPLETE" else change_set.status
    if state == "EXECUTE_IN_PROGRESS":
        raise unfit(name, state)
    raise refused(f"the planned change set of stack {name} can no longer be executed: {state}", AGAIN, "stale-plan")


def _recreate(plan: Plan, aws: Aws, stack: Stack | None, report: Report) -> ChangeSet:
    if stack is not None and not _waits(stack):
        if stack.status != "ROLLBACK_COMPLETE":
            raise refused(f"stack {plan.request.stack_name} is no longer a failed, empty stack", AGAIN, "stale-plan")
        gone = delete_stack(aws, stack, report)
        if not gone.succeeded:
            raise failed(f"the failed stack could not be deleted\n{gone}", "see `recover`")
    change_set = make_change_set(aws, plan.request)
    if not change_set.ready:
        raise refusal(aws, change_set, Names(plan.origins, plan.places, plan.review.environment))
    return change_set


def _run(plan: Plan, aws: Aws, change_set: ChangeSet, report: Report) -> Outcome:
    free(aws, plan, change_set.stack_id)
    watch = _watch(plan, aws, open_stream(aws, change_set.stack_id), report)
    with beaten(aws, change_set.stack_id):
        start(aws, change_set, plan.request)
    return _watched(plan, watch)


def _watch(plan: Plan, aws: Aws, stream: EventStream, report: Report) -> Watch:
    expected = frozenset(change.logical_id for change in plan.review.changes)
    expected |= {one.logical_id for one in plan.review.reverted}
    return Watch(aws, stream, _names(plan), report, expected)


def _names(plan: Plan) -> Names:
    """Components of what is planned, and of what goes: logical ids are unique in a platform."""
    goes = [change for change in plan.review.changes if change.action == "Remove"]
    gone = {change.logical_id: change.component for change in goes}
    keys = {*plan.origins, *(change.stack for change in goes)}
    origins = {key: {**gone, **plan.origins.get(key, {})} for key in keys}
    return Names(origins, plan.places, plan.review.environment)


def _watched(plan: Plan, watch: Watch) -> Outcome:
    """The end of the execution; what it leaves is protected."""
    stack = watch.until_end()
    good = succeeded(stack.status)
    found = () if good else failures(watch.stream.events, watch.names)
    stays = good or plan.request.kind == "UPDATE"
    outputs = {} if plan.request.kind == "IMPORT" else stack.outputs  # those of a nested stack are for other stacks
    notes = tuple(protect(watch.aws, stack, plan.posture)) if stays else ()
    notes = (*hook_warnings(watch.stream.events, watch.names), *notes)
    left = (left_over if good else retained)(watch.stream.events, watch.names)
    return Outcome(stack.name, stack.status, good, outputs, found, left, notes)


def _unchanged(plan: Plan, aws: Aws) -> Outcome:
    """Nothing to do but to protect the stack, if an earlier run did not come to that."""
    stack = find_stack(aws, plan.request.stack_name)
    root = stack if plan.request.kind != "IMPORT" else None
    notes = tuple(protect(aws, root, plan.posture)) if root else ()
    return Outcome(plan.request.stack_name, "NO_CHANGES", True, dict(stack.outputs) if stack else {}, notes=notes)
