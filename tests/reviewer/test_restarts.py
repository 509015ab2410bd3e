"""Parameters that wait for a restart, and databases that a blue/green deployment would switch."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from reviewer.applied_parameters import applied
from reviewer.restarts import BLUE_GREEN
from tests.reviewer.pairs import risks, starts, texts
from tests.reviewer.programs import resource

GROUP, CLUSTER_GROUP = "RDS::DBParameterGroup", "RDS::DBClusterParameterGroup"
DB, CLUSTER = "RDS::DBInstance", "RDS::DBCluster"
HINT = "It: with less outage: a blue/green deployment of RDS"


@pytest.mark.parametrize(
    ("family", "name", "when"),
    [
        ("postgres17", "max_connections", "static"),
        ("aurora-postgresql17", "shared_preload_libraries", "static"),
        ("postgres17", "log_min_duration_statement", "dynamic"),
        ("postgres17", "logging_collector", "static"),
        ("postgres17", "work_mem", "dynamic"),
        ("postgres17", "autovacuum_naptime", "dynamic"),
        ("postgres17", "autovacuum_vacuum_scale_factor", "dynamic"),
        ("postgres17", "autovacuum_freeze_max_age", "static"),
        ("postgres17", "autovacuum_max_workers", "static"),
        ("postgres18", "autovacuum_max_workers", "dynamic"),
        ("postgres17", "rds.logical_replication", "static"),
        ("postgres17", "some.other", "unknown"),
        ("mysql8.4", "max_connections", "dynamic"),
        ("aurora-mysql8.0", "performance_schema", "static"),
        ("mariadb11.4", "innodb_ft_min_token_size", "static"),
        ("mysql8.0", "gtid-mode", "unknown"),
    ],
)
def test_when_a_parameter_holds(family: str, name: str, when: str) -> None:
    assert applied(family, name) == when


def group(kind: str, **parameters: str) -> Json:
    return resource(kind, {"Family": "postgres17", "Description": "d", "Parameters": parameters})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (group(GROUP, work_mem="1"), group(GROUP, work_mem="2"), []),
        (
            group(GROUP, max_connections="100"),
            group(GROUP, max_connections="200"),
            ["It: `max_connections`: static: the update restarts the database", HINT],
        ),
        (
            group(GROUP),
            group(GROUP, max_connections="9", wal_buffers="1", work_mem="1"),
            ["It: `max_connections`, `wal_buffers`: static: the update", HINT],
        ),
        (group(GROUP, odd="1"), group(GROUP), ["It: `odd`: holds at once if RDS calls it dynamic; if static, the"]),
        (
            group(CLUSTER_GROUP, max_connections="100"),
            group(CLUSTER_GROUP, max_connections="200"),
            ["It: `max_connections`: static: pending-reboot until each instance of the cluster restarts", HINT],
        ),
    ],
)
def test_parameters(before: Json, after: Json, told: list[str]) -> None:
    assert starts(texts({"It": before}, {"It": after}, "outage"), told)


@pytest.mark.parametrize(
    ("kind", "more", "hinted", "managed"),
    [
        (DB, {}, True, False),
        (DB, {"ManageMasterUserPassword": True}, True, True),
        (CLUSTER, {"ManageMasterUserPassword": True}, True, True),
        (DB, {"DBClusterIdentifier": "c"}, False, False),
        (DB, {"SourceDBInstanceIdentifier": "s"}, False, False),
        ("DocDB::DBCluster", {}, False, False),
    ],
)
def test_upgrades(kind: str, more: Json, hinted: bool, managed: bool) -> None:
    old, new = ({"It": resource(kind, {"EngineVersion": version, **more})} for version in ("16", "17"))
    found = [one for one in risks(old, new, "outage") if one.source == BLUE_GREEN]
    assert len(found) == hinted
    assert any("password: generated" in one.text for one in found) is managed
    assert not any(one.serious for one in found)


def test_other_changes_of_a_database_have_no_hint() -> None:
    old, new = ({"It": resource(DB, {"DBInstanceClass": size})} for size in ("db.t4g.micro", "db.t4g.small"))
    assert not [one for one in risks(old, new, "outage") if one.source == BLUE_GREEN]
