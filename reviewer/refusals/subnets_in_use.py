"""Subnets that leave the group of a database or cache while something of it is in them."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.source.json_value import Json
from reviewer.refusal import Rule, Subject
from reviewer.template_set import references


def _find(subject: Subject) -> Iterator[str]:
    if not subject.stays or "AWS::EC2::VPC" in subject.replaced.values():
        return
    before, after = (_named(value) for value in subject.both("SubnetIds"))
    left = [name for name in before if name not in after or name in subject.replaced]
    if before and left == before:
        yield (
            "all subnets of the group are others then, and AWS lets none go that something is in: add the new ones in "
            "a deployment of its own, and move it there before the old ones leave"
        )


def _named(value: Json) -> list[str]:
    return [target for target, _ in references(value)]


RULE = Rule(
    types=frozenset(
        {
            "AWS::DocDB::DBSubnetGroup",
            "AWS::ElastiCache::SubnetGroup",
            "AWS::Neptune::DBSubnetGroup",
            "AWS::RDS::DBSubnetGroup",
        }
    ),
    find=_find,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBSubnetGroup.html",
    properties=("SubnetIds",),
)
