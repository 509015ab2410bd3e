"""What `lookup` finds of an existing Kubernetes cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.source.json_value import Json
from deployer.question import Unfound
from tests.deployer.test_lookup_answers import found

SPEC = "clusters: {main: {existing: shared}}\n"
NAMED = "https://oidc.eks.us-east-1.amazonaws.com/id/0123"
CLUSTER: Json = {
    "name": "shared",
    "endpoint": "https://0123.gr7.us-east-1.eks.amazonaws.com",
    "resourcesVpcConfig": {"clusterSecurityGroupId": "sg-0123456789abcdef0"},
    "identity": {"oidc": {"issuer": NAMED}},
    "certificateAuthority": {"data": "LS0t"},
}


def test_a_cluster_is_found_by_its_name(tmp_path: Path) -> None:
    assert found(tmp_path, SPEC, {"eks": [("describe_cluster", {"cluster": CLUSTER})]}) == {
        "endpoint": "https://0123.gr7.us-east-1.eks.amazonaws.com",
        "security_group": "sg-0123456789abcdef0",
        "oidc_issuer": NAMED,
        "certificate_authority": "LS0t",
    }


def test_that_there_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unfound, match="there is no 'shared'"):
        found(tmp_path, SPEC, {"eks": [("describe_cluster", "ResourceNotFoundException")]})
