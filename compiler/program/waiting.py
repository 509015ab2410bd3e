"""Circles that are nothing but waiting: a function that waits for its permissions could as well get them later."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

from compiler.meaning.cycles import find_cycle
from compiler.program.resource import Resource, needs, waiting_for, waits_for

_RUN_WHEN_CALLED = ("AWS::Lambda::Function", "AWS::StepFunctions::StateMachine")
"""Types that do nothing by themselves when they are created."""
_PERMISSIONS = "AWS::IAM::RolePolicy"


def without_idle_waiting(resources: Mapping[str, Resource]) -> tuple[dict[str, Resource], tuple[str, ...]]:
    """The resources, of which those in a circle that run only when called no longer wait for their own permissions.

    And a circle that is left, if there is one.
    """
    found = dict(resources)
    while True:
        cycle = find_cycle({name: needs(one) & found.keys() for name, one in found.items()})
        steps = itertools.pairwise((*cycle, cycle[0])) if cycle else ()
        idle = next((step for step in steps if _only_waits(found, *step)), None)
        if idle is None:
            return found, cycle
        found[idle[0]] = _without(found[idle[0]], idle[1])


def _only_waits(resources: Mapping[str, Resource], name: str, other: str) -> bool:
    one, needed = resources[name], resources[other]
    types = one.body["Type"], needed.body["Type"]
    mentioned = other in {target.logical_id for target in one.targets}
    return types[0] in _RUN_WHEN_CALLED and types[1] == _PERMISSIONS and not mentioned


def _without(resource: Resource, other: str) -> Resource:
    left = (name for name in waits_for(resource.body) if name != other)
    return replace(resource, body=waiting_for(resource.body, left))
