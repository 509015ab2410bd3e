"""What is lost with stacks that leave a fleet, and what was there before there was one."""

from __future__ import annotations

from collections.abc import Iterator

from botocore.exceptions import ClientError

from deployer.deployed import find_stack
from deployer.faults import denied
from deployer.session import Aws
from reviewer.sides import Before
from reviewer.stores import STORES

_KEPT = frozenset({"Retain", "RetainExceptOnCreate", "Snapshot"})
"""Deletion policies under which the data of a resource outlives its stack."""


def lost_with(before: Before) -> tuple[str, ...]:
    """Components that hold data which goes with a stack of these templates."""
    found = set()
    for key, template in before.templates.items():
        for name, resource in template.get("Resources", {}).items():
            if resource.get("Type") in STORES and resource.get("DeletionPolicy") not in _KEPT:
                found.add(before.origins.get(key, {}).get(name) or name)
    return tuple(sorted(found))


def former_stack(aws: Aws, name: str) -> Iterator[str]:
    """A note of the stack that the environment had before it was a fleet. Whoever may not look, learns nothing."""
    try:
        stack = find_stack(aws, name)
    except ClientError as fault:
        if denied(fault):
            return
        raise
    if stack:
        yield (
            f"the stack {name} in {aws.region} is there since before the fleet, and no part of it: remove it with "
            f"`destroy` of the spec as it was then, unless its names may be in the way of the fleet's"
        )
