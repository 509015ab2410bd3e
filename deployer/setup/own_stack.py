"""Stacks of Stackwright's own beside those of platforms: made or updated at once, protected, never reviewed."""

from __future__ import annotations

import hashlib
import json

from compiler.stacks.compiled import Compiled
from deployer.changeset import Request, make_change_set, remove
from deployer.deployed import Stack, find_stack
from deployer.errors import DeployError, failed
from deployer.events import open_stream
from deployer.executing import start
from deployer.outcome import Names, Outcome, failures
from deployer.removal.destroy import delete_stack
from deployer.session import Aws
from deployer.states import Operation, operation_for, succeeded
from deployer.validations import refusal
from deployer.watch import Watch, silent


def operation_on(aws: Aws, compiled: Compiled) -> tuple[Operation, Stack | None]:
    """What would become of the stack, and the stack."""
    stack = find_stack(aws, compiled.stack_name)
    return operation_for(compiled.stack_name, stack.status if stack else ""), stack


def make_own_stack(aws: Aws, compiled: Compiled) -> str:
    """Make or update it: ``made``, ``updated`` or ``unchanged``. Raises `DeployError` when that fails."""
    operation, stack = operation_on(aws, compiled)
    if operation is Operation.RECREATE and stack is not None:
        delete_stack(aws, stack, silent)
    kind = "UPDATE" if operation is Operation.UPDATE else "CREATE"
    changed = _carried_out(aws, _request(compiled, kind, stack))
    return ("updated" if kind == "UPDATE" else "made") if changed else "unchanged"


def _request(compiled: Compiled, kind: str, stack: Stack | None) -> Request:
    body = json.dumps(compiled.root.body, sort_keys=True)
    state = [stack.id, stack.changed] if stack and kind == "UPDATE" else []
    digest = hashlib.sha256(json.dumps([body, state]).encode()).hexdigest()
    return Request(compiled.stack_name, f"stackwright-{digest[:24]}", kind, "", {}, compiled.tags, body=body)


def _carried_out(aws: Aws, request: Request) -> bool:
    """Whether there was something to change."""
    change_set = make_change_set(aws, request)
    if not change_set.ready:
        error = None if change_set.empty else refusal(aws, change_set, Names())
        remove(aws, change_set.id)
        if error:
            raise error
        _protect(aws, find_stack(aws, request.stack_name))
        return False
    names = Names()
    watch = Watch(aws, open_stream(aws, change_set.stack_id), names, silent, frozenset())
    start(aws, change_set, request)
    stack = watch.until_end()
    if not succeeded(stack.status):
        raise not_made(Outcome(stack.name, stack.status, False, {}, failures(watch.stream.events, names)))
    _protect(aws, stack)
    return True


def _protect(aws: Aws, stack: Stack | None) -> None:
    """An earlier run may have ended before it came to that."""
    if stack and not stack.protected:
        aws.cloudformation.update_termination_protection(StackName=stack.id, EnableTerminationProtection=True)


def not_made(outcome: Outcome) -> DeployError:
    """One of these stacks has failed."""
    return failed(f"the account could not be set up\n{outcome}", "correct that, and run `bootstrap` again")
