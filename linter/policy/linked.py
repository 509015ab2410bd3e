"""The nested stacks of a root as the one template that rules can see through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from linter.policy.flat import resources, root_outputs


@dataclass(frozen=True, slots=True)
class FlatTemplate:
    """One root with its nested stacks linked, and the component of each resource."""

    name: str
    platform: str
    body: Mapping[str, Json]
    origins: Mapping[str, str]

    def type_of(self, logical_id: str) -> str:
        return str(self.body["Resources"][logical_id]["Type"])


def flat_template(compiled: Compiled) -> FlatTemplate:
    """All resources of `compiled`; without Metadata, so that no suppression in a template counts."""
    placed = tuple(resources(compiled))
    body = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": compiled.root.body.get("Parameters", {}),
        "Resources": {resource.logical_id: _bare(resource.body) for resource in placed},
        "Outputs": root_outputs(compiled),
    }
    origins = {resource.logical_id: resource.origin for resource in placed}
    name = f"{compiled.platform}-{compiled.environment}-{compiled.region}"
    return FlatTemplate(name, compiled.platform, body, origins)


def _bare(body: Mapping[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in body.items() if key != "Metadata"}
