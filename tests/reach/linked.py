"""The network of compiled templates, once their links are followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.reach.read import topology
from compiler.reach.topology import Topology
from compiler.reach.values import Resources
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from reviewer.template_set import ROOT, STACK_TYPE, TemplateSet, qualified


@dataclass(frozen=True, slots=True)
class Followed:
    """The resources of a root and its nested stacks by qualified names, with references of the same form."""

    resources: Resources
    owners: Mapping[str, str]
    """Name → component."""

    @property
    def network(self) -> Topology:
        return topology(self.resources, self.owners)


def followed(compiled: Compiled) -> Followed:
    """All resources of a root; its parameters have their defaults."""
    bodies = {template.logical_id or ROOT: template.body for template in compiled.templates}
    origins = {template.logical_id or ROOT: template.origins for template in compiled.templates}
    resources = dict(_followed(TemplateSet(bodies, {})))
    owners = {name: origins[name.rpartition("/")[0]].get(name.rpartition("/")[2], "") for name in resources}
    return Followed(resources, owners)


def _followed(templates: TemplateSet) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for address in templates.addresses():
        kind = templates.resource(address)["Type"]
        if kind != STACK_TYPE:
            yield qualified(address), {"Type": kind, "Properties": templates.linked(address, "Properties") or {}}
