"""Security groups with their rules, and entries of network ACLs.

Sources: VPC user guide, "Security group rules" (a group without rules of its own lets everything out) and "Network ACL
rules"; EKS user guide, "View Amazon EKS security group requirements for clusters" (the group that EKS makes).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.reach.ports import EVERY, NONE, Ports, ports
from compiler.reach.topology import ANYWHERE, AclRule, Rule
from compiler.reach.values import Resources, at, name, number, objects, of_type
from compiler.source.json_value import Json

_GROUP, _CLUSTER = "AWS::EC2::SecurityGroup", "AWS::EKS::Cluster"
_SOURCES = ("SourceSecurityGroupId", "CidrIp", "CidrIpv6", "SourcePrefixListId")
_DESTINATIONS = ("DestinationSecurityGroupId", "CidrIp", "CidrIpv6", "DestinationPrefixListId")
_TCP = ("tcp", "6")
_ALL = "-1"
_LAST = 32_767
_OF_CLUSTER = "ClusterSecurityGroupId"


def ingress(resources: Resources) -> Mapping[str, tuple[Rule, ...]]:
    """Group → who may come in where."""
    found: dict[str, list[Rule]] = {}
    for group, properties in of_type(resources, _GROUP):
        found[group] = [_rule(one, _SOURCES) for one in objects(properties.get("SecurityGroupIngress"))]
    for group in cluster_groups(resources):
        found[group] = [Rule(group, EVERY)]
    for _, properties in of_type(resources, "AWS::EC2::SecurityGroupIngress"):
        found.setdefault(name(properties.get("GroupId")), []).append(_rule(properties, _SOURCES))
    return {group: tuple(rules) for group, rules in found.items()}


def egress(resources: Resources) -> Mapping[str, tuple[Rule, ...]]:
    """Group → where its members may go."""
    found: dict[str, list[Rule]] = {}
    for group, properties in of_type(resources, _GROUP):
        rules = objects(properties.get("SecurityGroupEgress"))
        found[group] = [_rule(one, _DESTINATIONS) for one in rules] if rules else [Rule(ANYWHERE, EVERY)]
    for group in cluster_groups(resources):
        found[group] = [Rule(ANYWHERE, EVERY)]
    for _, properties in of_type(resources, "AWS::EC2::SecurityGroupEgress"):
        found.setdefault(name(properties.get("GroupId")), []).append(_rule(properties, _DESTINATIONS))
    return {group: tuple(rules) for group, rules in found.items()}


def cluster_groups(resources: Resources) -> Iterator[str]:
    """The group that EKS makes for each cluster: its nodes, pods and API have it, and all of them reach each other."""
    for cluster, _ in of_type(resources, _CLUSTER):
        yield cluster_group(cluster)


def cluster_group(cluster: str) -> str:
    return f"{cluster}.{_OF_CLUSTER}"


def _rule(rule: Mapping[str, Json], peers: tuple[str, ...]) -> Rule:
    peer = next((name(rule[key]) for key in peers if key in rule), "")
    return Rule(peer, _ports(rule))


def _ports(rule: Mapping[str, Json]) -> Ports:
    """Where a number is not known, every port: it may be any."""
    protocol = str(rule.get("IpProtocol")).lower()
    first, last = number(rule.get("FromPort")), number(rule.get("ToPort"))
    if protocol not in (*_TCP, _ALL):
        return NONE
    return EVERY if protocol == _ALL or first is None or last is None or first < 0 else ports(first, last)


def acl_rules(resources: Resources) -> Mapping[str, tuple[AclRule, ...]]:
    """Network ACL → its entries in the order of their numbers."""
    found: dict[str, list[AclRule]] = {acl: [] for acl, _ in of_type(resources, "AWS::EC2::NetworkAcl")}
    for _, entry in of_type(resources, "AWS::EC2::NetworkAclEntry"):
        found.setdefault(name(entry.get("NetworkAclId")), []).append(_acl_rule(entry))
    return {acl: tuple(sorted(rules, key=lambda one: one.number)) for acl, rules in found.items()}


def _acl_rule(entry: Mapping[str, Json]) -> AclRule:
    about = {"FromPort": at(entry, "PortRange.From"), "ToPort": at(entry, "PortRange.To")}
    about["IpProtocol"] = entry.get("Protocol")
    outward = str(entry.get("Egress", False)).lower() == "true"
    allows = str(entry.get("RuleAction")).lower() == "allow"
    order = number(entry.get("RuleNumber")) or _LAST
    return AclRule(order, allows, outward, str(entry.get("CidrBlock", "")), _ports(about))
