"""Every status of a stack, and what each command does with it (CloudFormation user guide, stack status codes).

The table is the one that the commands follow; docs/stack-states.md prints it.
"""

from __future__ import annotations

from enum import Enum

from compiler.source.frozen import frozen
from deployer.errors import DeployError, refused


class Operation(Enum):
    """How a stack in a given state is deployed."""

    CREATE = "create"
    UPDATE = "update"
    RECREATE = "recreate"
    """The first creation failed and was rolled back: the empty stack accepts nothing but deletion."""


class Step(Enum):
    """What leads a stack back to a state from which it can be deployed."""

    NONE = "none"
    """The state is good."""
    DISCARD = "discard"
    """Delete the change sets that nobody executed, and the empty stack with them."""
    REMOVE = "remove"
    """Delete what a creation left behind."""
    DELETE_AGAIN = "delete again"
    """Delete once more, retaining the resources that are named."""
    CONTINUE = "continue the rollback"
    """ContinueUpdateRollback, skipping the resources that are named."""
    ROLL_BACK = "roll back"
    """RollbackStack: undo an update that failed with its rollback disabled."""
    CANCEL = "cancel the update"
    """CancelUpdateStack, only when asked for."""
    WAIT = "wait"
    """An operation runs that nothing can stop."""
    BY_HAND = "by hand"
    """CloudFormation has no operation that leads out of it without a loss."""


@frozen(eq=True)
class State:
    """One stack status."""

    status: str
    """As DescribeStacks returns it; empty when there is no stack of the name."""
    means: str
    operation: Operation | None
    """How it is deployed; None when it can't be."""
    step: Step
    nested: str
    """What it means to see this status in a nested stack."""


_WITH_ROOT = "seen only while the root runs: see the root"
_GOOD = "good"
_IMPORTING = "`import` works on it; the root's status does not show it, `--wait` and `events --follow` see it"
_NEVER = "does not occur"

STATES = (
    State(
        "", "no stack of this name, or it was deleted", Operation.CREATE, Step.NONE, "created with the next deployment"
    ),
    State(
        "REVIEW_IN_PROGRESS",
        "a plan for a new stack was made and not executed",
        Operation.CREATE,
        Step.DISCARD,
        "the root's change set made it; goes with that",
    ),
    State("CREATE_IN_PROGRESS", "the first deployment runs", None, Step.WAIT, _WITH_ROOT),
    State(
        "CREATE_FAILED",
        "the first deployment failed and its rollback was disabled",
        None,
        Step.REMOVE,
        "the root is `CREATE_FAILED` too: `recover` the root",
    ),
    State("CREATE_COMPLETE", "the first deployment succeeded", Operation.UPDATE, Step.NONE, _GOOD),
    State(
        "ROLLBACK_IN_PROGRESS",
        "the first deployment failed; what it created is being deleted",
        None,
        Step.WAIT,
        _WITH_ROOT,
    ),
    State(
        "ROLLBACK_FAILED",
        "the first deployment failed, and something that it created could not be deleted",
        None,
        Step.REMOVE,
        "the root is `ROLLBACK_FAILED` too: `recover` the root",
    ),
    State(
        "ROLLBACK_COMPLETE",
        "the first deployment failed and was rolled back; the stack is empty",
        Operation.RECREATE,
        Step.REMOVE,
        "goes with the root",
    ),
    State("UPDATE_IN_PROGRESS", "a deployment runs", None, Step.CANCEL, _WITH_ROOT),
    State(
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "a deployment succeeded; what it replaced is being deleted",
        None,
        Step.WAIT,
        "lasts until the root has ended its own update",
    ),
    State("UPDATE_COMPLETE", "the last deployment succeeded", Operation.UPDATE, Step.NONE, _GOOD),
    State(
        "UPDATE_FAILED",
        "a deployment failed and its rollback was disabled",
        Operation.UPDATE,
        Step.ROLL_BACK,
        "the root is `UPDATE_FAILED` too: `recover` the root",
    ),
    State("UPDATE_ROLLBACK_IN_PROGRESS", "a deployment failed and is being undone", None, Step.WAIT, _WITH_ROOT),
    State(
        "UPDATE_ROLLBACK_FAILED",
        "a deployment failed, and something could not be undone",
        None,
        Step.CONTINUE,
        "`recover` the root; resources are named `NestedStack.LogicalId`",
    ),
    State(
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "a deployment was undone; what it created is being deleted",
        None,
        Step.WAIT,
        "lasts until the root has ended its own rollback",
    ),
    State("UPDATE_ROLLBACK_COMPLETE", "the last deployment failed and was undone", Operation.UPDATE, Step.NONE, _GOOD),
    State("DELETE_IN_PROGRESS", "a removal runs", None, Step.WAIT, _WITH_ROOT),
    State(
        "DELETE_FAILED",
        "a removal failed; what could be deleted is gone",
        None,
        Step.DELETE_AGAIN,
        "with its root: `recover` the root, resources are named `NestedStack.LogicalId`; under a good root: left by "
        "the cleanup of a deployment, delete it by hand",
    ),
    State("DELETE_COMPLETE", "deleted; found by its ARN only", Operation.CREATE, Step.NONE, "removed by a deployment"),
    State("IMPORT_IN_PROGRESS", "existing resources are being imported", None, Step.WAIT, _IMPORTING),
    State("IMPORT_COMPLETE", "existing resources were imported", Operation.UPDATE, Step.NONE, _GOOD),
    State("IMPORT_ROLLBACK_IN_PROGRESS", "an import failed and is being undone", None, Step.WAIT, _IMPORTING),
    State(
        "IMPORT_ROLLBACK_FAILED",
        "an import failed and could not be undone",
        None,
        Step.BY_HAND,
        "the root stays good, and no deployment changes the nested stack: see [below](#by-hand)",
    ),
    State("IMPORT_ROLLBACK_COMPLETE", "an import failed and was undone", Operation.UPDATE, Step.NONE, _GOOD),
)
"""In the order of a stack's life."""

_BY_STATUS = {state.status: state for state in STATES}
_UNKNOWN = State("", "a status that this version does not know", None, Step.BY_HAND, _NEVER)

_HINTS = {
    Step.REMOVE: "remove what is left with `recover`, then deploy again",
    Step.DELETE_AGAIN: "run `recover`, with --retain for what can't be deleted, then deploy again",
    Step.CONTINUE: "repair what prevents the rollback, then run `recover`, or `deploy` with --continue-rollback",
    Step.BY_HAND: "see its events; `destroy` removes the stack and keeps what has the deletion policy Retain",
}


def state_of(status: str) -> State:
    """The row of a status; of one that CloudFormation has added since, that nothing can be done with it."""
    return _BY_STATUS.get(status, _UNKNOWN)


def operation_for(stack_name: str, status: str) -> Operation:
    """Raises `DeployError` (exit 4) in a state from which no deployment starts."""
    operation = state_of(status).operation
    if operation is None:
        raise unfit(stack_name, status)
    return operation


def unfit(stack_name: str, status: str) -> DeployError:
    if running(status):
        return refused(
            f"another operation runs on stack {stack_name}: {status}", "wait for its end (see `status`)", "unfit-stack"
        )
    hint = _HINTS.get(state_of(status).step, "see `status`")
    return refused(f"stack {stack_name} is in state {status}", hint, "unfit-stack")


def running(status: str) -> bool:
    return status.endswith("_IN_PROGRESS")


def at_work(status: str) -> bool:
    """Whether an operation runs on the stack; one that waits for its first review only bears such a name."""
    return running(status) and status != "REVIEW_IN_PROGRESS"


def succeeded(status: str) -> bool:
    return status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE", "IMPORT_COMPLETE")
