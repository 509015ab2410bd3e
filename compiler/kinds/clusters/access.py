"""Access entries: who of IAM may do what in Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import Ref, Sub, eks

from compiler.kinds.clusters.settings import Access, ClusterSettings
from compiler.source.json_value import Json

_POLICIES = {
    "view": "AmazonEKSViewPolicy",
    "edit": "AmazonEKSEditPolicy",
    "admin": "AmazonEKSAdminPolicy",
    "view-all": "AmazonEKSAdminViewPolicy",
    "cluster-admin": "AmazonEKSClusterAdminPolicy",
}
"""Source: Amazon EKS user guide, "Review access policy permissions"."""


def entries(cluster: ClusterSettings) -> Iterator[eks.AccessEntry]:
    for name, access in sorted(cluster.access.items()):
        yield eks.AccessEntry(
            cluster.part(name, "AccessEntry"),
            ClusterName=Ref(cluster.main_id),
            PrincipalArn=access.principal,
            Type="STANDARD",
            **_rights(access),
        )


def _rights(access: Access) -> dict[str, Json]:
    found: dict[str, Json] = {"KubernetesGroups": sorted(access.groups)} if access.groups else {}
    if access.can:
        policy = Sub(f"arn:${{AWS::Partition}}:eks::aws:cluster-access-policy/{_POLICIES[access.can]}")
        scope = eks.AccessScope(**_scope(access))
        found["AccessPolicies"] = [eks.AccessPolicy(PolicyArn=policy, AccessScope=scope)]
    return found


def _scope(access: Access) -> Mapping[str, Json]:
    if not access.namespaces:
        return {"Type": "cluster"}
    return {"Type": "namespace", "Namespaces": sorted(access.namespaces)}
