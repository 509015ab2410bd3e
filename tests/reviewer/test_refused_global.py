"""Clusters of an Aurora global database, which AWS upgrades and names together only."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.reviewer.pairs import starts, texts
from tests.reviewer.programs import resource

UPGRADE = "is a major upgrade of one cluster of a global database"


def cluster(version: str, **more: Json) -> Json:
    return resource("RDS::DBCluster", {"Engine": "aurora-postgresql", "EngineVersion": version, **more})


def whole(name: str = "shop-main") -> Json:
    source = {"Fn::GetAtt": ["It", "DBClusterArn"]}
    return resource("RDS::GlobalCluster", {"GlobalClusterIdentifier": name, "SourceDBClusterIdentifier": source})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"It": cluster("16"), "All": whole()}, {"It": cluster("17"), "All": whole()}, [f"!It: 16 → 17 {UPGRADE}"]),
        ({"It": cluster("16")}, {"It": cluster("17")}, []),
        ({"It": cluster("16.4"), "All": whole()}, {"It": cluster("16.8"), "All": whole()}, []),
        (
            {"It": cluster("16", GlobalClusterIdentifier="a")},
            {"It": cluster("17", GlobalClusterIdentifier="a")},
            [f"!It: 16 → 17 {UPGRADE}"],
        ),
        (
            {"It": cluster("16", GlobalClusterIdentifier="a")},
            {"It": cluster("16", GlobalClusterIdentifier="")},
            [],
        ),
        (
            {"It": cluster("16"), "All": whole("a")},
            {"It": cluster("16"), "All": whole("b")},
            ["!All: its cluster is still in the global database of the old name"],
        ),
    ],
)
def test_members_of_a_global_database(before: Json, after: Json, told: list[str]) -> None:
    assert starts(texts(before, after, "refused"), told)


def test_a_cluster_that_leaves_a_global_database_stays() -> None:
    old, left, other = ({"It": cluster("17", GlobalClusterIdentifier=name)} for name in ("a", "", "b"))
    assert texts(old, left, "data") == []
    assert starts(texts(old, other, "data"), ["!It: may be replaced: GlobalClusterIdentifier: a → b"])
