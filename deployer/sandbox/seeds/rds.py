"""Instances and clusters of databases."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted, arn

_CLUSTER = ":cluster:"


def _groups(wanted: Wanted) -> list[str]:
    group = wanted.setting("security_group", "")
    return [group] if group else []


def _instance(wanted: Wanted) -> Properties | None:
    if _CLUSTER in wanted.id:
        return None
    return {
        "DBInstanceIdentifier": wanted.name,
        "DBInstanceClass": "db.t4g.micro",
        "Engine": wanted.setting("engine", "postgres"),
        "AllocatedStorage": "20",
        "MasterUsername": "existing",
        "VPCSecurityGroups": _groups(wanted),
    }


def _cluster(wanted: Wanted) -> Properties | None:
    if _CLUSTER not in wanted.id:
        return None
    engine = "aurora-mysql" if wanted.setting("engine", "") == "mysql" else "aurora-postgresql"
    own = {"DBClusterIdentifier": wanted.name, "Engine": engine, "MasterUsername": "existing"}
    return {**own, "VpcSecurityGroupIds": _groups(wanted)}


SEEDS = {
    "AWS::RDS::DBInstance": Seed(("rds", "_instances"), _instance, looks=arn("rds", "db:")),
    "AWS::RDS::DBCluster": Seed(("rds", "_clusters"), _cluster, looks=arn("rds", "cluster:")),
}
