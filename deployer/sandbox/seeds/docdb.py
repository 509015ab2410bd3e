"""Clusters of DocumentDB."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted


def _cluster(wanted: Wanted) -> Properties:
    group = wanted.setting("security_group", "")
    return {
        "DBClusterIdentifier": wanted.name,
        "MasterUsername": "existing",
        "MasterUserPassword": "existing-password",
        "VpcSecurityGroupIds": [group] if group else [],
    }


SEEDS = {"AWS::DocDB::DBCluster": Seed(("documentdb", "_clusters"), _cluster)}
