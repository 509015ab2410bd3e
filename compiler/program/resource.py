"""A CloudFormation resource of a platform, and the resources that it depends on."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.program.intrinsics import Target, compact
from compiler.program.policy_size import inline_policies, policy_size
from compiler.source.json_value import Json


@dataclass(frozen=True)
class Resource:
    """One CloudFormation resource, before it is placed in a stack."""

    logical_id: str
    component: str
    """Address of the component it comes from."""
    body: Mapping[str, Json]
    targets: frozenset[Target]
    """All references in `body`."""
    size: int = -1
    """Characters of `body` as JSON where they are known; what it waits for may have changed since."""
    dynamic: int = -1
    """Values of it that CloudFormation looks up when it is deployed, where they are counted."""

    @functools.cached_property
    def needs(self) -> frozenset[str]:
        """Logical ids that it must come after."""
        return frozenset((*(target.logical_id for target in self.targets), *waits_for(self.body)))

    @functools.cached_property
    def inline_sizes(self) -> tuple[tuple[str, int], ...]:
        """Role and characters of each policy that it puts into one, as `inline_policies` finds them."""
        found = inline_policies(self.logical_id, self.body)
        return tuple((role, policy_size(document)) for role, document in found)


DYNAMIC = "{{resolve:"
"""The beginning of a dynamic reference."""


def measured(resource: Resource) -> tuple[int, int]:
    """Characters of a resource as JSON, and its dynamic references."""
    if resource.size >= 0:
        return resource.size, resource.dynamic
    text = compact(resource.body)
    return len(text), text.count(DYNAMIC)


def waits_for(body: Mapping[str, Json]) -> list[str]:
    """Logical ids of its DependsOn."""
    depends_on = body.get("DependsOn", [])
    return [depends_on] if isinstance(depends_on, str) else list(depends_on)


def waiting_for(body: Mapping[str, Json], names: Iterable[str]) -> dict[str, Json]:
    """The body of a resource that waits for `names` and nothing else."""
    rest, after = {key: value for key, value in body.items() if key != "DependsOn"}, list(names)
    return rest | ({"DependsOn": after} if after else {})
