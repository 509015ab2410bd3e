"""Break dependency cycles that only come from DependsOn: a function can get its permissions after it is created."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

from compiler.meaning.cycles import find_cycle
from compiler.program.resource import Resource, waiting_for, waits_for

_RUN_WHEN_CALLED = ("AWS::Lambda::Function", "AWS::StepFunctions::StateMachine")
"""Types that run nothing when they are created."""
_PERMISSIONS = ("AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")


def without_idle_waiting(resources: Mapping[str, Resource]) -> tuple[dict[str, Resource], tuple[str, ...]]:
    """The resources with such cycles broken, and a cycle that is left, or nothing.

    In a cycle, resources that run only when called no longer wait for their own policy.
    """
    left = dict(resources)
    while True:
        cycle = find_cycle({name: resource.needs & left.keys() for name, resource in left.items()})
        steps = itertools.pairwise((*cycle, cycle[0])) if cycle else ()
        idle = next((step for step in steps if _only_waits(left, *step)), None)
        if idle is None:
            return left, cycle
        left[idle[0]] = _without(left[idle[0]], idle[1])


def _only_waits(resources: Mapping[str, Resource], name: str, other: str) -> bool:
    resource, needed = resources[name], resources[other]
    types = resource.body["Type"], needed.body["Type"]
    mentioned = other in {target.logical_id for target in resource.targets}
    return types[0] in _RUN_WHEN_CALLED and types[1] in _PERMISSIONS and not mentioned


def _without(resource: Resource, other: str) -> Resource:
    left = (name for name in waits_for(resource.body) if name != other)
    return replace(resource, body=waiting_for(resource.body, left))
