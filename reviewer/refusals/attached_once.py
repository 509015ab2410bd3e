"""What can be attached to one thing at a time, and would be attached to the new one while it is at the old one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reviewer.differences import same
from reviewer.refusal import Rule, Subject
from reviewer.template_set import references

_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_ATTACHED: Mapping[str, tuple[str, str, str]] = {
    "AWS::EC2::NatGateway": ("AllocationId", "the address of a NAT gateway", "give the new one an address of its own"),
    "AWS::EC2::VPCGatewayAttachment": (
        "InternetGatewayId",
        "an internet gateway",
        "make the new network beside the old one",
    ),
    "AWS::EFS::MountTarget": (
        "FileSystemId",
        "a file system in an availability zone",
        "remove its mount targets in a deployment of their own before",
    ),
}
"""Type → the property with what is attached, what that is, and what can be done."""


def _find(subject: Subject) -> Iterator[str]:
    name, what, way = _ATTACHED[subject.change.resource_type]
    before, after = subject.both(name)
    moved = any(target in subject.replaced for target, _ in references(after))
    if subject.change.replacement == "True" and after is not None and same(before, after) and not moved:
        yield f"{what} is still attached to the old one when CloudFormation makes the new one: {way}"


RULE = Rule(
    types=frozenset(_ATTACHED),
    find=_find,
    source=_ERRORS,
)
