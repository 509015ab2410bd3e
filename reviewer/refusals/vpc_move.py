"""Resources that can't follow their subnets into another VPC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reviewer.refusal import Rule, Subject
from reviewer.template_set import references

_SUBNETS: Mapping[str, tuple[str, str]] = {
    "AWS::DAX::SubnetGroup": ("SubnetIds", "a subnet group and its cluster"),
    "AWS::DocDB::DBSubnetGroup": ("SubnetIds", "a subnet group and its cluster"),
    "AWS::EKS::Cluster": ("ResourcesVpcConfig", "a cluster"),
    "AWS::ElastiCache::SubnetGroup": ("SubnetIds", "a subnet group and its cache"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("Subnets", "a load balancer"),
    "AWS::Neptune::DBSubnetGroup": ("SubnetIds", "a subnet group and its cluster"),
    "AWS::OpenSearchService::Domain": ("VPCOptions", "a domain"),
    "AWS::RDS::DBSubnetGroup": ("SubnetIds", "a subnet group and its database"),
    "AWS::Redshift::ClusterSubnetGroup": ("SubnetIds", "a subnet group and its cluster"),
}

_WAY = {
    "ResourcesVpcConfig": "make a new one there and move the workloads",
    "SubnetIds": "make new ones there and move the data",
    "Subnets": "make a new one there under another name",
    "VPCOptions": "make a new one there and move the data",
}
"""Property of the subnets → what can be done."""


def _find(subject: Subject) -> Iterator[str]:
    change = subject.change
    if change.action != "Modify" or change.replacement == "True" or "AWS::EC2::VPC" not in subject.replaced.values():
        return
    name, what = _SUBNETS[change.resource_type]
    named = [target for target, _ in references(subject.new.get(name))]
    moved = [target for target in named if subject.replaced.get(target) == "AWS::EC2::Subnet"]
    if moved and any(detail.top == name for detail in change.details):
        yield f"the VPC is replaced, and {what} can't move to another VPC: {_WAY[name]}"


RULE = Rule(
    types=frozenset(_SUBNETS),
    find=_find,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
)
