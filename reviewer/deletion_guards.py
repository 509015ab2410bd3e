"""Resources that protect themselves from deletion: whether they do, and the same without it.

Sources: the properties of each type in the CloudFormation template reference.
"""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from reviewer.shapes import objects

GUARDS_OF: Mapping[str, str] = {
    "AWS::Cognito::UserPool": "DeletionProtection",
    "AWS::DocDB::DBCluster": "DeletionProtection",
    "AWS::DynamoDB::GlobalTable": "Replicas",
    "AWS::DynamoDB::Table": "DeletionProtectionEnabled",
    "AWS::EC2::Instance": "DisableApiTermination",
    "AWS::EKS::Cluster": "DeletionProtection",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "LoadBalancerAttributes",
    "AWS::Neptune::DBCluster": "DeletionProtection",
    "AWS::NetworkFirewall::Firewall": "DeleteProtection",
    "AWS::RDS::DBCluster": "DeletionProtection",
    "AWS::RDS::DBInstance": "DeletionProtection",
    "AWS::RDS::GlobalCluster": "DeletionProtection",
}
"""Type → the property that protects it."""
_ATTRIBUTE = "deletion_protection.enabled"
_COPY = "DeletionProtectionEnabled"
_OFF: Mapping[str, Json] = {"AWS::Cognito::UserPool": "INACTIVE"}


def is_guarded(kind: str, properties: Mapping[str, Json]) -> bool:
    """Whether a resource of this type can't be deleted as it is."""
    value = properties.get(GUARDS_OF.get(kind, ""))
    if isinstance(value, list):
        told = (one.get("Value") for one in objects(value) if one.get("Key") == _ATTRIBUTE)
        copies = (one[_COPY] for one in objects(value) if one.get(_COPY))
        value = next(told, None) or next(copies, None)
    return str(value).lower() in ("true", "active")


def unguarded(kind: str, properties: Mapping[str, Json]) -> Mapping[str, Json]:
    """The properties with the protection turned off."""
    name = GUARDS_OF[kind]
    value = properties.get(name)
    if not isinstance(value, list):
        return {**properties, name: _OFF.get(kind, False)}
    return {**properties, name: [_off(one) for one in value]}


def _off(part: Json) -> Json:
    """An attribute of a load balancer, or a replica of a table."""
    if part.get("Key") == _ATTRIBUTE:
        return {**part, "Value": "false"}
    return {**part, _COPY: False} if part.get(_COPY) else part
