"""Who works on a stack, as far as CloudFormation tells: the operation, its change set, its role, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from botocore.exceptions import ClientError

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from deployer.changeset import GONE
from deployer.deployed import Stack, find_stack
from deployer.errors import DeployError, occupied
from deployer.events import StackEvent, operation_started
from deployer.faults import denied, error_code, explained, read
from deployer.history.keeping import who_began
from deployer.history.ledger import HERE, open_ledger
from deployer.session import Aws
from deployer.states import at_work

_OURS = "stackwright-"
"""The tokens of Stackwright begin so."""


@frozen(eq=True)
class Running:
    """The operation that runs on a stack."""

    stack: str
    status: str
    since: str
    """ISO 8601."""
    change_set: str
    description: str
    """What the maker of the change set wrote about it."""
    token: str
    """Client request token of the operation; the console and the CLI have forms of their own."""
    role: str
    who: str = ""
    """Whoever began an operation without a change set, as far as the history tells."""

    def __str__(self) -> str:
        parts = [
            f"since {datetime.fromisoformat(self.since).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
            f"begun by {self.who}" if self.who else "",
            f"change set {self.change_set}" if self.change_set else "",
            self.description,
            f"request {self.token}" if self.token and self.token != self.change_set else "",
            f"with role {self.role}" if self.role else "",
        ]
        return ", ".join(part for part in parts if part)


def running_operation(aws: Aws, stack: Stack) -> Running:
    """The operation on a stack whose status ends with ``_IN_PROGRESS``."""
    data: Json = read(lambda: aws.cloudformation.describe_stacks(StackName=stack.id))["Stacks"][0]
    began = first_event(aws, stack)
    token = began.token if began else ""
    # A removal has no change set; of an update by other means the token is no change set's name.
    removal = stack.status.startswith("DELETE_")
    change_set = {} if removal else _change_set(aws, stack, data.get("ChangeSetId") or token)
    return Running(
        stack=stack.name,
        status=data["StackStatus"],
        since=began.time.isoformat() if began else stack.changed,
        change_set=change_set.get("ChangeSetName", ""),
        description=change_set.get("Description", ""),
        token=token,
        role=data.get("RoleARN", ""),
        who="" if change_set else _who(aws, stack, token),
    )


def _who(aws: Aws, stack: Stack, token: str) -> str:
    """Who began a removal or a recovery: CloudFormation knows its token alone, its record in the history has more."""
    if not token.startswith(_OURS):
        return ""
    try:
        with explained("reading the history"):
            ledger = open_ledger(aws, HERE, stack.name)
            return who_began(ledger, token) if ledger else ""
    except DeployError:  # who may not read the history is not told
        return ""


def first_event(aws: Aws, stack: Stack) -> StackEvent | None:
    """The first event of the operation; a role that only plans may not read events."""
    try:
        return operation_started(aws, stack.id)
    except ClientError as fault:
        if denied(fault):
            return None
        raise


def _change_set(aws: Aws, stack: Stack, name_or_id: str) -> Json:
    """The change set, if it is still there: CloudFormation keeps executed ones for a while."""
    if not name_or_id:
        return {}
    try:
        return read(lambda: aws.cloudformation.describe_change_set(ChangeSetName=name_or_id, StackName=stack.name))
    except ClientError as fault:
        if denied(fault) or error_code(fault) in GONE:
            return {}
        raise


def at_it(aws: Aws, stack: Stack) -> DeployError:
    """The refusal to work on a stack on which an operation runs."""
    operation = running_operation(aws, stack)
    cancel = ", `recover --cancel` undoes it" if operation.status == "UPDATE_IN_PROGRESS" else ""
    return occupied(
        f"another operation runs on stack {stack.name}: {operation.status}, {operation}",
        f"--wait waits for its end, `events --follow` shows it{cancel}",
    )


def check_idle(aws: Aws, stack: Stack | None) -> None:
    """Raises `DeployError` (exit 7) while an operation runs on the stack."""
    if stack and at_work(stack.status):
        raise at_it(aws, stack)


@contextmanager
def beaten(aws: Aws, stack_name: str) -> Iterator[None]:
    """Tell a refusal of the service as what it is, when somebody else has begun an operation after the stack was read.

    Raises `DeployError` (exit 7) then.
    """
    try:
        yield
    except (ClientError, DeployError):
        check_idle(aws, find_stack(aws, stack_name))
        raise


def rolls_back(aws: Aws, before: Stack, fault: ClientError) -> bool:
    """Whether the rollback that is refused was begun: an answer was lost, and what was refused is the SDK's retry."""
    if error_code(fault) != "ValidationError":
        return False
    stack = find_stack(aws, before.id)
    return stack is not None and stack.status.startswith("UPDATE_ROLLBACK_") and stack.status != before.status
