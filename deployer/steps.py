"""Execute the later change sets of a plan, each once the one before has succeeded.

None of them can be made before its turn. So each is held against what the review said of it, and one that goes further
is thrown away. The last operation on the stack tells how far an interrupted deployment got.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from compiler.source.diagnostics import Diagnostic
from compiler.source.frozen import frozen
from deployer.changeset import ChangeSet, make_change_set, remove
from deployer.deployed import Stack, find_stack
from deployer.errors import FAILED, INTERRUPTED, DeployError
from deployer.events import StackEvent, operation_started
from deployer.outcome import Names, Outcome
from deployer.plan import Plan
from deployer.running import beaten
from deployer.session import Aws
from deployer.states import succeeded
from deployer.validations import refusal
from deployer.watch import Progress, Report
from reviewer.crosscheck import unexpected
from reviewer.values import joined

_GO_ON = "plan again, which reviews what is left"


@frozen(eq=True)
class Rest:
    """What is left of a plan, and how one change set of it is executed."""

    plan: Plan
    aws: Aws
    run: Callable[[Plan, ChangeSet], Outcome]
    report: Report

    @property
    def total(self) -> int:
        return len(self.plan.later) + 1


def executed(plan: Plan, aws: Aws, stack: Stack | None) -> int:
    """How many change sets of the plan have been executed; none where somebody has changed the stack since."""
    began = operation_started(aws, stack.id) if plan.later and stack else None
    names = [plan.request.name, *(request.name for request in plan.later)]
    if stack is None or began is None or began.token not in names:
        return 0
    done = names.index(began.token) + succeeded(stack.status)
    return done if done < len(names) else 0


def execute_rest(rest: Rest, outcome: Outcome, done: int) -> Outcome:
    """The outcome of the last change set, or of the first that fails; `done` have been executed, as `outcome` tells."""
    for number in range(done + 1, rest.total + 1):
        if not outcome.succeeded:
            break
        try:
            outcome = _execute(rest, outcome, number)
        except KeyboardInterrupt:
            raise _interrupted(rest, number) from None
        done = number
    return outcome if outcome.succeeded or done == 1 else _halted(outcome, done, rest.total)


def _execute(rest: Rest, before: Outcome, number: int) -> Outcome:
    """The outcome of one change set; that of the one before where nothing is left to do."""
    change_set = _made(rest, number)
    if change_set is None:
        return before
    rest.report(_progress(rest, number))
    return rest.run(replace(rest.plan, request=rest.plan.later[number - 2]), change_set)


def _made(rest: Rest, number: int) -> ChangeSet | None:
    """The change set of one step; None where nothing is left to do. Raises `DeployError` for one that is unforeseen."""
    request, step = rest.plan.later[number - 2], rest.plan.review.steps[number - 1]
    with beaten(rest.aws, request.stack_name):
        change_set = make_change_set(rest.aws, request)
    _check_undisturbed(rest, change_set, number)
    rows = unexpected(step, change_set.changes, request.stack_name)
    if change_set.ready and not rows:
        return change_set
    found = _found(rest, change_set)
    remove(rest.aws, change_set.id)
    if change_set.empty:
        return None
    what = f"change set {number} of {rest.total} of stack {request.stack_name}"
    if rows:
        raise _stopped("step-not-reviewed", f"{what} would do what the review did not say: {joined(rows)}", number)
    reason = change_set.reason or change_set.status
    stopped = _stopped("change-set-rejected", f"CloudFormation does not accept {what}: {reason}", number)
    raise DeployError((*stopped.diagnostics, *found), stopped.exit_code)


def _check_undisturbed(rest: Rest, change_set: ChangeSet, number: int) -> None:
    """Raises `DeployError` where the stack is no longer as the plan's own change sets left it.

    What somebody changes once this change set is made makes it obsolete, so that CloudFormation refuses it.
    """
    name = rest.plan.request.stack_name
    if not executed(rest.plan, rest.aws, find_stack(rest.aws, name)):
        remove(rest.aws, change_set.id)
        what = f"change set {number} of {rest.total} is not executed"
        raise _stopped("stale-plan", f"somebody has changed stack {name} since change set {number - 1}: {what}", number)


def _found(rest: Rest, change_set: ChangeSet) -> tuple[Diagnostic, ...]:
    """What CloudFormation has found in a change set that it does not accept, by component."""
    if change_set.ready or change_set.empty:
        return ()
    names = Names(rest.plan.origins, rest.plan.places, rest.plan.review.environment)
    return refusal(rest.aws, change_set, names).diagnostics[1:]


def _stopped(code: str, message: str, number: int) -> DeployError:
    done = "the one before is executed" if number == 2 else f"those before, {number - 1}, are executed"
    return DeployError([Diagnostic(code, message, suggestion=f"{done}: {_GO_ON}")], FAILED)


def _interrupted(rest: Rest, number: int) -> DeployError:
    """Ctrl-C while no operation runs."""
    name, done = rest.plan.request.stack_name, "1 is" if number == 2 else f"1 to {number - 1} are"
    message = f"interrupted before change set {number} of {rest.total} of stack {name}: {done} executed"
    hint = "the same command goes on from there"
    return DeployError([Diagnostic("interrupted", message, suggestion=hint)], INTERRUPTED)


def _halted(outcome: Outcome, number: int, total: int) -> Outcome:
    """A failure told with how far the deployment got."""
    left = f"the stack is as change set {number - 1} left it"
    note = f"change set {number} of {total} failed, {left}; the same command goes on from there"
    return replace(outcome, notes=(*outcome.notes, note))


def _progress(rest: Rest, number: int) -> Progress:
    name = rest.plan.request.stack_name
    event = StackEvent("", "", "", name, name, "change set", f"{number} OF {rest.total}", "", datetime.now(UTC))
    return Progress(event, "", 0, len(rest.plan.review.changes))
