"""A CloudFormation resource of a platform, and the resources that it depends on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.program.intrinsics import Target, compact
from compiler.source.json_value import Json


@dataclass(frozen=True, slots=True)
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


DYNAMIC = "{{resolve:"
"""The beginning of a dynamic reference."""


def measured(resource: Resource) -> tuple[int, int]:
    """Characters of a resource as JSON, and its dynamic references."""
    if resource.size >= 0:
        return resource.size, resource.dynamic
    text = compact(resource.body)
    return len(text), text.count(DYNAMIC)


def needs(resource: Resource) -> set[str]:
    """Logical ids that a resource must come after."""
    return {target.logical_id for target in resource.targets} | set(waits_for(resource.body))


def waits_for(body: Mapping[str, Json]) -> list[str]:
    """Logical ids of its DependsOn."""
    depends_on = body.get("DependsOn", [])
    return [depends_on] if isinstance(depends_on, str) else list(depends_on)


def waiting_for(body: Mapping[str, Json], names: Iterable[str]) -> dict[str, Json]:
    """The body of a resource that waits for `names` and nothing else."""
    rest, after = {key: value for key, value in body.items() if key != "DependsOn"}, list(names)
    return rest | ({"DependsOn": after} if after else {})
