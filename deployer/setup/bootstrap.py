"""Set an account up for one environment: the artefact bucket of each region, and the role of CloudFormation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.bucket import ensure_bucket, exists
from deployer.changeset import Request, make_change_set, remove
from deployer.deployed import Stack, find_stack
from deployer.environment import Open
from deployer.errors import DeployError, failed
from deployer.events import open_stream
from deployer.executing import start
from deployer.faults import explained
from deployer.outcome import Names, Outcome, failures
from deployer.plan import make_plan
from deployer.removal.destroy import delete_stack
from deployer.session import Aws
from deployer.setup.policies import Policies, filled
from deployer.setup.stacks import ROLE_OUTPUT
from deployer.states import Operation, operation_for, succeeded
from deployer.validations import refusal
from deployer.watch import Watch, silent


@dataclass(frozen=True, slots=True)
class Bucket:
    """The artefact bucket of one region."""

    region: str
    name: str
    state: str
    """``made``, ``updated``, ``unchanged``, or ``settled``: it was there without its stack, and keeps its settings."""


@dataclass(frozen=True, slots=True)
class Account:
    """What was set up, and the policies with the names of this account in them."""

    artefacts: tuple[Bucket, ...]
    role: str
    """ARN of the role with which CloudFormation acts; empty: whoever applies."""
    policies: Mapping[str, Json]
    notes: tuple[str, ...] = ()
    """What of the role's stack could not be protected."""

    def to_json(self) -> dict[str, Json]:
        return asdict(self)


def make_buckets(stacks: Sequence[Compiled], open_region: Open) -> Iterator[Bucket]:
    """Make or update the bucket of each region. Raises `DeployError` when that fails."""
    for stack in stacks:
        with open_region(stack.region) as aws:
            yield _bucket(aws, stack)


@explained("making the artefact bucket")
def _bucket(aws: Aws, compiled: Compiled) -> Bucket:
    name = f"stackwright-{aws.account}-{aws.region}"
    stack = find_stack(aws, compiled.stack_name)
    operation = operation_for(compiled.stack_name, stack.status if stack else "")
    if operation is not Operation.UPDATE and exists(aws, name):
        return Bucket(aws.region, ensure_bucket(aws, None), "settled")
    if operation is Operation.RECREATE and stack is not None:
        delete_stack(aws, stack, silent)
    kind = "UPDATE" if operation is Operation.UPDATE else "CREATE"
    changed = _carried_out(aws, _request(compiled, kind, stack))
    return Bucket(aws.region, name, ("updated" if kind == "UPDATE" else "made") if changed else "unchanged")


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
        raise _failed(Outcome(stack.name, stack.status, False, {}, failures(watch.stream.events, names)))
    _protect(aws, stack)
    return True


def _protect(aws: Aws, stack: Stack | None) -> None:
    """An earlier run may have ended before it came to that."""
    if stack and not stack.protected:
        aws.cloudformation.update_termination_protection(StackName=stack.id, EnableTerminationProtection=True)


def _failed(outcome: Outcome) -> DeployError:
    return failed(f"the account could not be set up\n{outcome}", "correct that, and run `bootstrap` again")


def make_role(compiled: Compiled, open_region: Open) -> tuple[str, tuple[str, ...]]:
    """Make or update the role of CloudFormation; its ARN, and what could not be protected.

    Raises `DeployError` when that fails.
    """
    with open_region(compiled.region) as aws:
        outcome = apply_plan(make_plan(compiled, Path(), aws), aws)
    if not outcome.succeeded:
        raise _failed(outcome)
    return outcome.outputs[ROLE_OUTPUT], outcome.notes


@explained("reading the account")
def named(wanted: Policies, region: str, open_region: Open, more: Mapping[str, str] | None = None) -> dict[str, Json]:
    """The policies with account, region and partition in them, by what they are for."""
    with open_region(region) as aws:
        partition = aws.s3.meta.partition
        pseudo = {"AWS::Partition": partition, "AWS::Region": region, "AWS::AccountId": aws.account}
    pseudo |= more or {}
    documents = {"plan": wanted.plan, "apply": wanted.apply, "contents": wanted.contents}
    documents |= {f"change-{number}": one for number, one in enumerate(wanted.resources, 1)}
    documents |= {f"read-{number}": one for number, one in enumerate(wanted.reads, 1)}
    documents |= {"empty": wanted.empty} if wanted.empty else {}
    return {name: filled(one, pseudo) for name, one in documents.items()}
