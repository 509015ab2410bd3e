"""What resources of one stack attach to those of another one, which bringing these back can take away.

Source: CloudFormation user guide, "Using drift-aware change sets", cross-stack attachments: what another stack attaches
counts as drift of the resource, and "can revert the attachment".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.stacks.compiled import Compiled
from reviewer.template_set import ROOT, Address, TemplateSet, qualified, references

_TO: Mapping[str, str] = {
    "AWS::EC2::SecurityGroupEgress": "GroupId",
    "AWS::EC2::SecurityGroupIngress": "GroupId",
    "AWS::IAM::ManagedPolicy": "Roles",
    "AWS::IAM::Policy": "Roles",
    "AWS::IAM::RolePolicy": "RoleName",
}
"""Type of what is attached → the property with what it is attached to."""


def attached_elsewhere(compiled: Compiled) -> Mapping[Address, tuple[str, ...]]:
    """Resource → logical ids of what other stacks attach to it."""
    bodies = {template.logical_id or ROOT: template.body for template in compiled.templates}
    found: dict[str, list[str]] = {}
    for target, name in _attachments(TemplateSet(bodies, {})):
        found.setdefault(target, []).append(name)
    addresses = ((key, name) for key, body in bodies.items() for name in body.get("Resources", {}))
    return {one: tuple(found[qualified(one)]) for one in addresses if qualified(one) in found}


def _attachments(templates: TemplateSet) -> Iterator[tuple[str, str]]:
    """Qualified logical id of a resource, and what a resource of another stack attaches to it."""
    for address in templates.addresses():
        name = _TO.get(str(templates.resource(address).get("Type")), "")
        if name:
            properties = templates.linked(address, "Properties") or {}
            for target in dict.fromkeys(target for target, _ in references(properties.get(name))):
                if target.rpartition("/")[0] != address[0]:
                    yield target, address[1]
