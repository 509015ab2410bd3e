"""Add-ons of EKS with the roles of their service accounts, in the order in which they can start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from troposphere import AWSObject, GetAtt, Ref, eks, iam

from compiler.kinds.clusters.pod_logs import agent_groups
from compiler.kinds.clusters.rules import (
    AGENT,
    DNS,
    INSIGHTS,
    ON_EACH_NODE,
    SYSTEM,
    account_of,
    namespace_of,
    policies_of,
)
from compiler.kinds.clusters.settings import AddOn, ClusterSettings, aws_policy
from compiler.program.component import Platform, Value
from compiler.shared.json_text import json_text
from compiler.shared.pod_identity import PodUser, pod_trust
from compiler.source.json_value import Json

_NONE = AddOn(None, None, None, ())


def wanted(cluster: ClusterSettings) -> Mapping[str, AddOn]:
    """What the spec has, beside what every cluster with such nodes needs."""
    needed = (*ON_EACH_NODE, DNS) if cluster.nodes else (DNS,) if cluster.fargate and not cluster.auto else ()
    return {**dict.fromkeys(needed, _NONE), **cluster.addons}


def before_nodes(cluster: ClusterSettings) -> list[str]:
    """Logical ids of the add-ons that nodes wait for."""
    return [cluster.part(name, "AddOn") for name in ON_EACH_NODE if name in wanted(cluster)]


def add_ons(cluster: ClusterSettings, platform: Platform, nodes: Sequence[str]) -> Iterator[AWSObject]:
    """The add-ons; those that need a node wait for `nodes`."""
    for name, about in sorted(wanted(cluster).items()):
        account, policies = _identity(name, about)
        if account and policies:
            trusted = pod_trust(cluster.arn(platform), namespace_of(name), account)
            yield iam.Role(
                cluster.part(name, "AddOnRole"), AssumeRolePolicyDocument=trusted, ManagedPolicyArns=list(policies)
            )
        yield eks.Addon(
            cluster.part(name, "AddOn"),
            AddonName=name,
            ClusterName=Ref(cluster.main_id),
            ResolveConflicts="OVERWRITE",
            **_options(cluster, name, about),
            **_order(cluster, name, [*nodes, *_first(cluster, platform, name)]),
        )


def _identity(name: str, about: AddOn) -> tuple[str | None, Sequence[Value]]:
    """The service account that acts on AWS, and its policies: said, or else what AWS names for the add-on."""
    account = about.service_account or account_of(name)
    return account, about.policies or [aws_policy(one) for one in policies_of(name)]


def _options(cluster: ClusterSettings, name: str, about: AddOn) -> dict[str, Json]:
    found: dict[str, Json] = {"AddonVersion": about.version} if about.version else {}
    settings = {**_on_fargate(cluster, name), **(about.settings or {})}
    if settings:
        found["ConfigurationValues"] = json_text(settings)
    account, policies = _identity(name, about)
    if account and policies:
        role = GetAtt(cluster.part(name, "AddOnRole"), "Arn")
        found["PodIdentityAssociations"] = [eks.PodIdentityAssociationProperty(ServiceAccount=account, RoleArn=role)]
    return found


def _on_fargate(cluster: ClusterSettings, name: str) -> Mapping[str, Json]:
    """Source: Amazon EKS user guide, "Get started with AWS Fargate", CoreDNS."""
    alone = cluster.fargate and not cluster.nodes and not cluster.auto
    return {"computeType": "Fargate"} if alone and name == DNS else {}


def _first(cluster: ClusterSettings, platform: Platform, name: str) -> list[str]:
    """What an add-on needs beside nodes: groups for its logs, and the role of a workload in a namespace of its own.

    Pods get a role when they start, and never later (Amazon EKS user guide, "Learn how EKS Pod Identity works").
    """
    if name == INSIGHTS:
        return agent_groups(cluster)
    place = namespace_of(name)
    pods = (one for one in platform.of(PodUser) if one.cluster == cluster.address and one.namespace == place)
    return sorted(one.association_id for one in pods if one.association_id) if place != SYSTEM else []


def _order(cluster: ClusterSettings, name: str, before: Sequence[str]) -> dict[str, Json]:
    """The agent first, as the others get their roles from it."""
    if name not in ON_EACH_NODE:
        return {"DependsOn": list(before)} if before else {}
    return {} if name == AGENT or AGENT not in wanted(cluster) else {"DependsOn": [cluster.part(AGENT, "AddOn")]}
