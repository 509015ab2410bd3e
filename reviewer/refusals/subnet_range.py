"""Ranges of new subnets that overlap with those that are there until the end of the update."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from compiler.source.json_value import Json
from reviewer.differences import same
from reviewer.refusal import Rule, Subject
from reviewer.template_set import references

_SUBNET = "AWS::EC2::Subnet"


def _find(subject: Subject) -> Iterator[str]:
    wanted, vpc = _range(subject.new.get("CidrBlock")), subject.new.get("VpcId")
    if not subject.made or wanted is None or any(target in subject.replaced for target, _ in references(vpc)):
        return
    for address in subject.sides.old.addresses():
        if subject.sides.old.resource(address).get("Type") != _SUBNET:
            continue
        other = subject.sides.old.linked(address, "Properties") or {}
        taken = _range(other.get("CidrBlock"))
        if taken is not None and taken.overlaps(wanted) and same(other.get("VpcId"), vpc):
            yield (
                f"the range {wanted} overlaps with {taken} of {address[1]}, which is there until the new subnet is "
                f"made: take another range"
            )


def _range(value: Json) -> IPv4Network | None:
    try:
        return IPv4Network(value) if isinstance(value, str) else None
    except ValueError:
        return None


RULE = Rule(
    types=frozenset({_SUBNET}),
    find=_find,
    source="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html",
    properties=("CidrBlock",),
)
