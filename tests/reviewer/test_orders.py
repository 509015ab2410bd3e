"""Changes that take several updates: in how many, in which order, and what is deployed after each."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from reviewer import orders as folder
from reviewer.order import orders
from tests.reviewer.pairs import found, starts, texts
from tests.reviewer.programs import resource

TABLE = "DynamoDB::Table"
COPIED = "DynamoDB::GlobalTable"
DB = "RDS::DBInstance"
CACHE = "ElastiCache::ReplicationGroup"


def index(name: str, key: str = "", **more: Json) -> Json:
    return {"IndexName": name, "KeySchema": [{"AttributeName": key or name, "KeyType": "HASH"}], **more}


def table(*indexes: Json, kind: str = TABLE, **more: Json) -> Json:
    keys = ["id", *(one["KeySchema"][0]["AttributeName"] for one in indexes)]
    defined = [{"AttributeName": key, "AttributeType": "S"} for key in dict.fromkeys(keys)]
    given = {"GlobalSecondaryIndexes": list(indexes)} if indexes else {}
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    return resource(kind, {"AttributeDefinitions": defined, "KeySchema": key, **given, **more})


def copied(*regions: str, **more: Json) -> Json:
    return table(kind=COPIED, Replicas=[{"Region": region} for region in regions], **more)


def mysql(version: str, **more: Json) -> Json:
    return resource(DB, {"Engine": "mysql", "EngineVersion": version, **more})


def role(path: str, name: str = "web", **more: str) -> Json:
    return resource("IAM::Role", {"RoleName": name, "Path": path}, **more)


def lines(before: Json, after: Json, **others: Mapping[str, Json]) -> list[tuple[str, ...]]:
    """What each step says; `others` are a second resource before and after."""
    sides = ({"It": before}, {"It": after})
    bodies = [
        {**side, **{name: pair[key] for name, pair in others.items()}} for side, key in zip(sides, "ab", strict=True)
    ]
    return [step.lines for step in found(*bodies).steps]


def after_each(before: Json, after: Json, name: str) -> list[Json]:
    """One property of the resource after each step."""
    ways = found({"It": before}, {"It": after}).ways
    return [way.state.compiled.root.body["Resources"]["It"]["Properties"].get(name) for way in ways]


DAY, SHOP, OLD = index("by-day"), index("by-shop"), index("by-age")


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        (table(), table(DAY, SHOP), ["index `by-day` is created", "index `by-shop` is created"]),
        (table(DAY, SHOP), table(), ["index `by-day` is deleted", "index `by-shop` is deleted"]),
        (table(OLD), table(DAY), ["index `by-day` is created", "index `by-age` is deleted"]),
        (
            table(DAY),
            table(index("by-day", "week")),
            ["index `by-day` is deleted, to be created with other keys", "index `by-day` is created again"],
        ),
        (copied("a"), copied("a", "b", "c"), ["the copy in b is added", "the copy in c is added"]),
        (copied("a", "b"), copied("a", "c"), ["the copy in c is added", "the copy in b is removed"]),
        (
            resource("EKS::Cluster", {"Version": "1.30"}),
            resource("EKS::Cluster", {"Version": "1.33"}),
            ["the cluster is upgraded to 1.31", "the cluster is upgraded to 1.32", "everything else"],
        ),
        (
            resource("EKS::Nodegroup", {"Version": "1.30"}),
            resource("EKS::Nodegroup", {"Version": "1.32"}),
            ["the nodes are upgraded to 1.31", "everything else"],
        ),
        (
            mysql("5.7", DBParameterGroupName="own"),
            mysql("8.4", AllowMajorVersionUpgrade=True),
            ["the engine is upgraded to 8.0, which restarts it", "everything else"],
        ),
        (
            resource("OpenSearchService::Domain", {"EngineVersion": "OpenSearch_1.2"}),
            resource("OpenSearchService::Domain", {"EngineVersion": "OpenSearch_3.1"}),
            ["the domain is upgraded to 1.3", "the domain is upgraded to 2.19", "everything else"],
        ),
        (
            resource("Kinesis::Stream", {"ShardCount": 2}),
            resource("Kinesis::Stream", {"ShardCount": 10}),
            ["4 shards", "8 shards", "everything else"],
        ),
        (
            resource("Kinesis::Stream", {"ShardCount": 9}),
            resource("Kinesis::Stream", {"ShardCount": 2}),
            ["5 shards", "3 shards", "everything else"],
        ),
        (
            resource(CACHE, {"ClusterMode": "disabled"}),
            resource(CACHE, {"ClusterMode": "enabled"}),
            ["cluster mode is made compatible", "everything else"],
        ),
        (
            resource(CACHE, {"TransitEncryptionEnabled": False}),
            resource(CACHE, {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "required"}),
            ["encryption in transit is preferred", "everything else"],
        ),
        (
            role("/a/"),
            role("/b/"),
            ["replaced under a name that CloudFormation makes up, which frees RoleName `web`", "everything else"],
        ),
    ],
)
def test_steps_in_order(before: Json, after: Json, steps: list[str]) -> None:
    assert lines(before, after) == [(one if one == "everything else" else f"kind.It: {one}",) for one in steps]
    assert texts({"It": before}, {"It": after}, "refused") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (table(), table(DAY)),
        (table(DAY), table()),
        (table(DAY, BillingMode="A"), table(DAY, BillingMode="B")),
        (copied("a"), copied("a", "b")),
        (table(), table(DAY, SHOP, KeySchema=[{"AttributeName": "other", "KeyType": "HASH"}])),
        (resource("EKS::Cluster", {"Version": "1.32"}), resource("EKS::Cluster", {"Version": "1.33"})),
        (resource("EKS::Cluster", {"Version": "1.33"}), resource("EKS::Cluster", {"Version": "1.30"})),
        (resource("EKS::Cluster", {"Version": "1.33"}), resource("EKS::Cluster", {"Version": "1.32"})),
        (resource("EKS::Nodegroup", {"Version": "1.33"}), resource("EKS::Nodegroup", {"Version": "1.32"})),
        (mysql("8.0"), mysql("8.4", AllowMajorVersionUpgrade=True)),
        (mysql("5.7"), mysql("8.4")),
        (
            resource("OpenSearchService::Domain", {"EngineVersion": "OpenSearch_2.19"}),
            resource("OpenSearchService::Domain", {"EngineVersion": "OpenSearch_3.1"}),
        ),
        (resource("Kinesis::Stream", {"ShardCount": 4}), resource("Kinesis::Stream", {"ShardCount": 8})),
        (resource("Kinesis::Stream", {"ShardCount": 4}), resource("Kinesis::Stream", {"ShardCount": {"Ref": "X"}})),
        (
            resource(CACHE, {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "preferred"}),
            resource(CACHE, {"TransitEncryptionEnabled": True, "TransitEncryptionMode": "required"}),
        ),
        (role("/a/"), role("/b/", "other")),
        (role("/a/", UpdateReplacePolicy="Retain"), role("/b/")),
        (
            resource("SQS::Queue", {"QueueName": "a.fifo"}),
            resource("SQS::Queue", {"QueueName": "a.fifo", "FifoQueue": 1}),
        ),
    ],
)
def test_what_one_update_makes_or_none_can(before: Json, after: Json) -> None:
    assert lines(before, after) == []


def test_everything_else_comes_after_what_is_created_and_before_what_is_deleted() -> None:
    queue = {"a": resource("SQS::Queue"), "b": resource("SQS::Queue", {"DelaySeconds": 5})}
    assert lines(table(OLD), table(DAY), Queue=queue) == [
        ("kind.It: index `by-day` is created",),
        ("everything else",),
        ("kind.It: index `by-age` is deleted",),
    ]


def test_steps_of_several_resources_go_together() -> None:
    stream = {key: resource("Kinesis::Stream", {"ShardCount": count}) for key, count in (("a", 1), ("b", 3))}
    assert lines(table(), table(DAY, SHOP), Stream=stream) == [
        ("kind.It: index `by-day` is created", "kind.Stream: 2 shards"),
        ("kind.It: index `by-shop` is created",),
        ("everything else",),
    ]


def test_node_groups_are_upgraded_with_their_cluster_and_go_back_before_it() -> None:
    cluster = resource("EKS::Cluster", {"Version": "1.30"}), resource("EKS::Cluster", {"Version": "1.32"})
    nodes = resource("EKS::Nodegroup", {"Version": "1.30"}), resource("EKS::Nodegroup", {"Version": "1.32"})
    assert lines(*cluster, Nodes=dict(zip("ab", nodes, strict=True))) == [
        ("kind.It: the cluster is upgraded to 1.31", "kind.Nodes: the nodes are upgraded to 1.31"),
        ("everything else",),
    ]
    back = resource("EKS::Cluster", {"Version": "1.31"}), resource("EKS::Cluster", {"Version": "1.30"})
    nodes = resource("EKS::Nodegroup", {"Version": "1.31"}), resource("EKS::Nodegroup", {"Version": "1.30"})
    assert lines(*back, Nodes=dict(zip("ab", nodes, strict=True))) == [
        ("kind.Nodes: the nodes go back to 1.30",),
        ("everything else",),
    ]


def test_a_table_defines_the_attributes_of_its_keys_alone_after_each_step() -> None:
    names = [
        [one["AttributeName"] for one in defined]
        for defined in after_each(table(OLD), table(DAY, SHOP), "AttributeDefinitions")
    ]
    assert names == [["id", "by-age", "by-day"], ["id", "by-age", "by-day", "by-shop"], ["id", "by-day", "by-shop"]]


SUBSETS = [some for count in range(4) for some in itertools.combinations((DAY, SHOP, OLD), count)]


@pytest.mark.parametrize(("before", "after"), [*itertools.product(SUBSETS, repeat=2)])
def test_each_step_changes_one_index_at_most(before: Sequence[Json], after: Sequence[Json]) -> None:
    names = {one["IndexName"] for one in before}
    for way in found({"It": table(*before)}, {"It": table(*reversed(after))}).ways:
        properties = way.state.compiled.root.body["Resources"]["It"]["Properties"]
        now = {one["IndexName"] for one in properties.get("GlobalSecondaryIndexes", ())}
        assert len(names ^ now) == 1
        assert {one["AttributeName"] for one in properties["AttributeDefinitions"]} == {"id", *now}
        names = now
    assert names in ({one["IndexName"] for one in after}, {one["IndexName"] for one in before})


def test_a_table_never_has_more_indexes_than_it_may() -> None:
    old, new = ([index(f"{side}-{number}") for number in range(11)] for side in ("old", "new"))
    ways = found({"It": table(*old)}, {"It": table(*new)}).ways
    tables = [way.state.compiled.root.body["Resources"]["It"]["Properties"] for way in ways]
    assert len(ways) == 22
    assert max(len(one["GlobalSecondaryIndexes"]) for one in tables) == 20
    assert tables[-1]["GlobalSecondaryIndexes"] == new
    assert ways[0].state.lines == ("kind.It: index `old-0` is deleted first, since a table has 20",)


def test_copies_have_settings_of_the_indexes_that_there_are() -> None:
    def with_copies(*indexes: Json) -> Json:
        settings = [{"IndexName": one["IndexName"]} for one in indexes]
        copies = [{"Region": region, **({"GlobalSecondaryIndexes": settings} if settings else {})} for region in "ab"]
        return table(*indexes, kind=COPIED, Replicas=copies)

    settings = [
        [[one["IndexName"] for one in copy.get("GlobalSecondaryIndexes", ())] for copy in copies]
        for copies in after_each(with_copies(OLD), with_copies(DAY), "Replicas")
    ]
    assert settings == [[["by-age", "by-day"]] * 2, [["by-day"]] * 2]


def test_an_index_that_refers_to_a_resource_is_created_after_everything_else() -> None:
    wanted = index("by-day", ContributorInsightsSpecification={"Enabled": {"Ref": "Queue"}})
    queue = {"a": resource("SQS::Queue"), "b": resource("SQS::Queue", {"DelaySeconds": 5})}
    assert lines(table(), table(wanted, SHOP), Queue=queue) == [
        ("kind.It: index `by-shop` is created",),
        ("everything else",),
        ("kind.It: index `by-day` is created",),
    ]


def test_the_last_step_leaves_what_is_wanted() -> None:
    wanted = table(DAY, SHOP, BillingMode="B")
    ways = found({"It": table(OLD)}, {"It": wanted}).ways
    assert ways[-1].state.compiled.root.body["Resources"]["It"] == wanted
    assert [way.state.deployed for way in ways] == [True, True, False, False]


def test_what_aws_refuses_in_one_of_the_steps_is_told() -> None:
    both = texts({"It": table(), "Db": mysql("8.0")}, {"It": table(DAY, SHOP), "Db": mysql("8.4")}, "refused")
    assert starts(both, ["!Db: 8.0 → 8.4 is a major upgrade"])


def test_orders_are_found_by_folder() -> None:
    modules = [file for file in Path(folder.__path__[0]).glob("*.py") if file.stem != "__init__"]
    assert len(orders()) == len(modules) >= 9
    assert all(order.source.startswith("https://docs.aws.amazon.com/") for order in orders())
