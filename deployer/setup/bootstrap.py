"""Set an account up for one environment: the artefact bucket of each region, and the role of CloudFormation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.bucket import ensure_bucket, exists
from deployer.environment import Open
from deployer.faults import explained
from deployer.images.repositories import make_repositories
from deployer.plan import make_plan
from deployer.session import Aws
from deployer.setup.own_stack import make_own_stack, not_made, operation_on
from deployer.setup.policies import Policies, filled
from deployer.setup.stacks import ROLE_OUTPUT
from deployer.states import Operation


@frozen(eq=True)
class Bucket:
    """The artefact bucket of one region."""

    region: str
    name: str
    state: str
    """``made``, ``updated``, ``unchanged``, or ``settled``: it was there without its stack, and keeps its settings."""


@frozen(eq=True)
class Repositories:
    """The repositories of one region, for images that are built."""

    region: str
    names: tuple[str, ...]
    state: str
    """``made``, ``updated`` or ``unchanged``."""


@frozen(eq=True)
class Account:
    """What was set up, and the policies with the names of this account in them."""

    artefacts: tuple[Bucket, ...]
    role: str
    """ARN of the role with which CloudFormation acts; empty: whoever applies."""
    policies: Mapping[str, Json]
    notes: tuple[str, ...] = ()
    """What of the role's stack could not be protected."""
    repositories: tuple[Repositories, ...] = ()

    def to_json(self) -> dict[str, Json]:
        return asdict(self)


def make_buckets(stacks: Sequence[Compiled], open_region: Open) -> Iterator[Bucket]:
    """Make or update the bucket of each region. Raises `DeployError` when that fails."""
    for stack in stacks:
        with open_region(stack.region) as aws:
            yield _bucket(aws, stack)


def make_image_stacks(roots: Sequence[Compiled], open_region: Open) -> Iterator[Repositories]:
    """Make or update the repositories of each region whose root builds images. Raises `DeployError` when that fails."""
    for root in roots:
        if root.images:
            with open_region(root.region) as aws:
                names = tuple(sorted(one.repository for one in root.images))
                yield Repositories(root.region, names, make_repositories(aws, root))


@explained("making the artefact bucket")
def _bucket(aws: Aws, compiled: Compiled) -> Bucket:
    name = f"stackwright-{aws.account}-{aws.region}"
    operation, _ = operation_on(aws, compiled)
    if operation is not Operation.UPDATE and exists(aws, name):
        return Bucket(aws.region, ensure_bucket(aws, None), "settled")
    return Bucket(aws.region, name, make_own_stack(aws, compiled))


def make_role(compiled: Compiled, open_region: Open) -> tuple[str, tuple[str, ...]]:
    """Make or update the role of CloudFormation; its ARN, and what could not be protected.

    Raises `DeployError` when that fails.
    """
    with open_region(compiled.region) as aws:
        outcome = apply_plan(make_plan(compiled, Path(), aws), aws)
    if not outcome.succeeded:
        raise not_made(outcome)
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
