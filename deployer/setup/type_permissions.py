"""The actions that CloudFormation needs for a resource type, from the schemas of its registry that cfn-lint ships.

Source: CloudFormation CLI user guide, "Resource type schema", handlers: "permissions". Actions that the Service
Authorization Reference does not have, which cfn-lint ships too, are left out: IAM knows them not.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from compiler.source.json_value import Json
from deployer.sandbox.recorded_types import schema_folder, schema_of

_CALLS = ("create", "read", "update", "delete")
_TELLING_NOTHING: Mapping[str, tuple[str, ...]] = {
    "AWS::CloudWatch::AnomalyDetector": (
        *("cloudwatch:DeleteAnomalyDetector", "cloudwatch:DescribeAnomalyDetectors", "cloudwatch:PutAnomalyDetector"),
    ),
    "AWS::CodeBuild::Project": (
        *("codebuild:BatchGetProjects", "codebuild:CreateProject", "codebuild:CreateWebhook"),
        *("codebuild:DeleteProject", "codebuild:DeleteWebhook", "codebuild:UpdateProject", "codebuild:UpdateWebhook"),
        *("iam:PassRole",),
    ),
    "AWS::DocDB::DBCluster": (
        *("iam:CreateServiceLinkedRole", "kms:CreateGrant", "kms:DescribeKey", "rds:AddTagsToResource"),
        *("rds:CreateDBCluster", "rds:CreateDBClusterSnapshot", "rds:DeleteDBCluster", "rds:DescribeDBClusters"),
        *("rds:DescribeDBClusterSnapshots", "rds:ListTagsForResource", "rds:ModifyDBCluster"),
        *("rds:RemoveTagsFromResource", "rds:RestoreDBClusterFromSnapshot"),
    ),
    "AWS::DocDB::DBInstance": (
        *("rds:AddTagsToResource", "rds:CreateDBInstance", "rds:DeleteDBInstance", "rds:DescribeDBInstances"),
        *("rds:ListTagsForResource", "rds:ModifyDBInstance", "rds:RebootDBInstance", "rds:RemoveTagsFromResource"),
    ),
}
"""Types whose schema has no handlers. Source: Service Authorization Reference of each service."""
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "AWS::ElastiCache::ServerlessCache": ("elasticache:CreateServerlessCacheSnapshot", "iam:CreateServiceLinkedRole"),
}
"""What a type takes beside the actions of its schema: the role of ElastiCache in an account without a cache, which
the schemas of its other types name, and a last snapshot (ElastiCache user guide, "Using service-linked roles").
"""
_CUSTOM = ("lambda:InvokeFunction",)


def read_actions_of(resource_types: Iterable[str]) -> frozenset[str]:
    """The actions that reading resources of these types takes, as drift detection does it."""
    schemas = [_schema(name) for name in resource_types]
    return frozenset(_known(action for schema in schemas for action in _handled(schema, "read")))


def actions_of(resource_types: Iterable[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """All actions for these types, and the types of which none are known."""
    found = {name: frozenset(_known(_actions(name))) for name in resource_types}
    return frozenset().union(*found.values()), tuple(sorted(name for name, actions in found.items() if not actions))


def _actions(resource_type: str) -> Iterator[str]:
    if resource_type.startswith("Custom::") or resource_type == "AWS::CloudFormation::CustomResource":
        yield from _CUSTOM
        return
    yield from _TELLING_NOTHING.get(resource_type, ())
    yield from _BESIDE.get(resource_type, ())
    schema = _schema(resource_type)
    tagging = schema.get("tagging")
    for call in _CALLS:
        yield from _handled(schema, call)
    yield from tagging.get("permissions", ()) if isinstance(tagging, Mapping) else ()


def _schema(resource_type: str) -> Mapping[str, Json]:
    """The type's schema; empty where there is none."""
    try:
        schema: Mapping[str, Json] = schema_of(resource_type)
    except KeyError:
        return {}
    return schema


def _handled(schema: Mapping[str, Json], call: str) -> Sequence[str]:
    permissions: Sequence[str] = schema.get("handlers", {}).get(call, {}).get("permissions", ())
    return permissions


def _known(actions: Iterable[str]) -> Iterator[str]:
    reference = _reference()
    for action in actions:
        service, _, name = action.lower().partition(":")
        if name in reference.get(service, {}):
            yield action


@cache
def _reference() -> Mapping[str, Json]:
    """Service → its actions, in lower case."""
    file = schema_folder().parent / "AdditionalSpecs" / "Policies.json"
    return {service: about["Actions"] for service, about in json.loads(file.read_text("utf-8")).items()}
