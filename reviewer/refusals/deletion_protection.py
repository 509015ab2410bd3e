"""Resources whose own protection from deletion is on when they are to be deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.json_value import Json
from reviewer.refusal import Rule, Subject
from reviewer.shapes import objects

_PROTECTED: Mapping[str, str] = {
    "AWS::Cognito::UserPool": "DeletionProtection",
    "AWS::DocDB::DBCluster": "DeletionProtection",
    "AWS::DynamoDB::GlobalTable": "Replicas",
    "AWS::DynamoDB::Table": "DeletionProtectionEnabled",
    "AWS::EC2::Instance": "DisableApiTermination",
    "AWS::EKS::Cluster": "DeletionProtection",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "LoadBalancerAttributes",
    "AWS::Neptune::DBCluster": "DeletionProtection",
    "AWS::RDS::DBCluster": "DeletionProtection",
    "AWS::RDS::DBInstance": "DeletionProtection",
}


def _find(subject: Subject) -> Iterator[str]:
    change = subject.change
    gone = change.action == "Remove" or change.replacement == "True"
    if gone and change.policy not in ("Retain", "RetainExceptOnCreate") and _on(subject.old, change.resource_type):
        yield "deletion protection is on: turn it off in a deployment of its own before"


def _on(properties: Mapping[str, Json], kind: str) -> bool:
    value = properties.get(_PROTECTED[kind])
    if isinstance(value, list):
        told = (one.get("Value") for one in objects(value) if one.get("Key") == "deletion_protection.enabled")
        copies = (one["DeletionProtectionEnabled"] for one in objects(value) if one.get("DeletionProtectionEnabled"))
        value = next(told, None) or next(copies, None)
    return str(value).lower() in ("true", "active")


RULE = Rule(
    types=frozenset(_PROTECTED),
    find=_find,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html",
)
