"""Change sets that nobody executed, of a stack that was never created."""

from __future__ import annotations

from compiler.source.frozen import frozen
from deployer.changeset import remove
from deployer.deployed import Stack, find_stack
from deployer.errors import refused
from deployer.faults import read
from deployer.outcome import Outcome
from deployer.removal.destroy import Deletion, delete_stack
from deployer.session import Aws
from deployer.watch import Report


@frozen(eq=True)
class ChangeSetLeft:
    """One change set as ListChangeSets returns it."""

    name: str
    id: str
    status: str
    created: str
    """ISO 8601."""
    description: str

    def __str__(self) -> str:
        about = f", {self.description}" if self.description else ""
        return f"change set {self.name} of {self.created}: {self.status}{about}"


def abandoned(aws: Aws, stack: Stack) -> tuple[ChangeSetLeft, ...]:
    """The change sets of a stack."""
    pages = aws.cloudformation.get_paginator("list_change_sets").paginate(StackName=stack.name)
    found = read(lambda: [item for page in pages for item in page["Summaries"]])
    return tuple(
        ChangeSetLeft(
            item["ChangeSetName"],
            item["ChangeSetId"],
            item["Status"],
            item["CreationTime"].isoformat(),
            item.get("Description", ""),
        )
        for item in found
    )


def discard(aws: Aws, stack: Stack, report: Report, request: str = "") -> Outcome:
    """Delete the change sets, then the empty stack; one that is executed meanwhile stops it.

    CloudFormation refuses to delete a change set that is being executed, but would delete the stack under it.
    """
    for one in abandoned(aws, stack):
        remove(aws, one.id)
    now = find_stack(aws, stack.id)
    if now is None:
        return Outcome(stack.name, "DELETE_COMPLETE", True)
    if now.status != "REVIEW_IN_PROGRESS":
        raise refused(f"stack {stack.name} is {now.status} by now", "run `recover` again", "stale-plan")
    return delete_stack(aws, stack, report, Deletion(request))
