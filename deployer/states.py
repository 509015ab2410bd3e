"""Operations that each stack status allows (CloudFormation user guide, stack status codes)."""

from __future__ import annotations

from enum import Enum

from deployer.errors import DeployError, refused


class Operation(Enum):
    """How a stack in a given state is deployed."""

    CREATE = "create"
    UPDATE = "update"
    RECREATE = "recreate"
    """The first creation failed and was rolled back: the empty stack accepts nothing but deletion."""


OPERATIONS = {
    "": Operation.CREATE,
    "DELETE_COMPLETE": Operation.CREATE,
    "REVIEW_IN_PROGRESS": Operation.CREATE,
    "CREATE_COMPLETE": Operation.UPDATE,
    "UPDATE_COMPLETE": Operation.UPDATE,
    "UPDATE_FAILED": Operation.UPDATE,
    "UPDATE_ROLLBACK_COMPLETE": Operation.UPDATE,
    "IMPORT_COMPLETE": Operation.UPDATE,
    "IMPORT_ROLLBACK_COMPLETE": Operation.UPDATE,
    "ROLLBACK_COMPLETE": Operation.RECREATE,
}

_HINTS = {
    "CREATE_FAILED": "remove what is left with `destroy`, then deploy again",
    "ROLLBACK_FAILED": "remove what is left with `destroy`, then deploy again",
    "DELETE_FAILED": "remove what prevents the deletion, run `destroy` again, then deploy",
    "UPDATE_ROLLBACK_FAILED": "repair what prevents the rollback, then run `deploy` with --continue-rollback",
    "IMPORT_ROLLBACK_FAILED": "repair what prevents the rollback of the import in the console",
}


def operation_for(stack_name: str, status: str) -> Operation:
    """Raises `DeployError` (exit 4) in a state from which no deployment starts."""
    if status in OPERATIONS:
        return OPERATIONS[status]
    raise unfit(stack_name, status)


def unfit(stack_name: str, status: str) -> DeployError:
    if status.endswith("_IN_PROGRESS"):
        return refused(
            f"another operation runs on stack {stack_name}: {status}", "wait for its end (see `status`)", "unfit-stack"
        )
    return refused(f"stack {stack_name} is in state {status}", _HINTS.get(status, "see `status`"), "unfit-stack")


def running(status: str) -> bool:
    return status.endswith("_IN_PROGRESS")


def succeeded(status: str) -> bool:
    return status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE", "IMPORT_COMPLETE")
