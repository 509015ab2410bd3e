"""What protects the stacks of production: termination protection, and stack policies for what holds data.

A stack policy holds back whoever updates the stack by other means too. A change set can't lift it for the time of its
execution, so what a plan removes or replaces, which was approved by name, is freed before it and held again afterwards.
Sources: CloudFormation user guide, "Prevent updates to stack resources", "Execute a change set" and "Protect
CloudFormation stacks from being deleted".
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from botocore.exceptions import ClientError

from deployer.deployed import Stack, nested_stacks
from deployer.faults import error_code
from deployer.plan import Plan
from deployer.session import Aws
from reviewer.change import Change, ServiceChange
from reviewer.stores import STORES
from reviewer.template_set import STACK_TYPE

_PROTECTED_POSTURE = "production"
_ALLOWED = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}


def free(aws: Aws, plan: Plan, stack_id: str) -> None:
    """Let the plan remove and replace what it was approved for. A denied call ends it before anything is changed.

    The stack is that of the change set: of one that is deleted and created anew, the plan knows the former.
    """
    if plan.posture != _PROTECTED_POSTURE or plan.request.kind != "UPDATE":
        return
    nested = nested_stacks(aws, stack_id)
    gone = {name for name in nested if name not in plan.origins}
    freed = gone | {change.logical_id for change in plan.review.changes if _touches_data(change)}
    freed |= {row.logical_id for row in plan.review.service if row.drift and _replaces_data(row)}
    if freed:
        _hold(aws, (stack_id, *nested.values()), freed)


def _touches_data(change: Change) -> bool:
    ends = change.action == "Remove" or change.replacement in ("True", "Conditional")
    return ends and change.resource_type in STORES


def _replaces_data(row: ServiceChange) -> bool:
    """Whether something is replaced to bring back what was changed outside of CloudFormation."""
    return row.replacement in ("True", "Conditional") and row.resource_type in STORES


def let_go(aws: Aws, stack_id: str) -> None:
    """Let updates of a stack that is being removed take nested stacks out.

    A stack policy can't be taken away; one that allows everything is as good as none, so that it also may be what an
    interrupted removal leaves of a stack that is not protected.
    """
    aws.cloudformation.set_stack_policy(StackName=stack_id, StackPolicyBody=json.dumps({"Statement": [_ALLOWED]}))


def protect(aws: Aws, stack: Stack, posture: str) -> Iterator[str]:
    """Protect a stack after its deployment or its rollback; a note for each protection that could not be set."""
    if posture != _PROTECTED_POSTURE:
        return
    try:
        if not stack.protected:
            aws.cloudformation.update_termination_protection(StackName=stack.id, EnableTerminationProtection=True)
    except ClientError as fault:
        yield f"stack {stack.name} is not protected from termination: {error_code(fault)}"
    try:
        _hold(aws, (stack.id, *nested_stacks(aws, stack.id).values()))
    except ClientError as fault:
        yield f"the data in stack {stack.name} is not protected by a stack policy: {error_code(fault)}"


def _hold(aws: Aws, stack_ids: Collection[str], freed: Collection[str] = ()) -> None:
    """The same policy for the root and its nested stacks: logical ids are unique in a platform."""
    text = policy_text(freed)
    for stack_id in stack_ids:
        aws.cloudformation.set_stack_policy(StackName=stack_id, StackPolicyBody=text)


def policy_text(freed: Collection[str] = ()) -> str:
    """Everything may be updated; what holds data, and nested stacks, may only change in place but for `freed`."""
    scope = {"NotResource": [f"LogicalResourceId/{name}" for name in sorted(freed)]} if freed else {"Resource": "*"}
    held = {"StringEquals": {"ResourceType": sorted({*STORES, STACK_TYPE})}}
    actions = ["Update:Delete", "Update:Replace"]
    statements = [
        _ALLOWED,
        {"Effect": "Deny", "Action": actions, "Principal": "*", **scope, "Condition": held},
    ]
    return json.dumps({"Statement": statements}, sort_keys=True)
