"""A resource of the flat program, and what it must come after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compiler.program.intrinsics import Target
from compiler.source.json_value import Json


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of the flat program."""

    logical_id: str
    component: str
    """Address of the component it comes from."""
    body: Mapping[str, Json]
    targets: frozenset[Target]
    """All that `body` points at."""


def needs(resource: Resource) -> set[str]:
    """Logical ids that a resource must come after."""
    return {target.logical_id for target in resource.targets} | set(waits_for(resource.body))


def waits_for(body: Mapping[str, Json]) -> list[str]:
    """Logical ids of its DependsOn."""
    said = body.get("DependsOn", [])
    return [said] if isinstance(said, str) else list(said)


def waiting_for(body: Mapping[str, Json], names: Iterable[str]) -> dict[str, Json]:
    """The body of a resource that waits for `names` and nothing else."""
    rest, after = {key: value for key, value in body.items() if key != "DependsOn"}, list(names)
    return rest | ({"DependsOn": after} if after else {})
