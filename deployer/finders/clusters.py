"""An existing EKS cluster."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json
from deployer.question import Question


def find(question: Question) -> Mapping[str, Json]:
    """A cluster: its API server, the issuer of its tokens, and the group that its nodes and pods have."""
    eks = question.client("eks")
    about = question.ask(lambda: eks.describe_cluster(name=question.name)["cluster"])
    return {
        "endpoint": about.get("endpoint"),
        "security_group": about.get("resourcesVpcConfig", {}).get("clusterSecurityGroupId"),
        "oidc_issuer": about.get("identity", {}).get("oidc", {}).get("issuer"),
        "certificate_authority": about.get("certificateAuthority", {}).get("data"),
    }
