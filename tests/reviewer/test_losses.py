"""Data that a change loses or protects less, what it interrupts, and what it costs."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from reviewer.interruptions import INTERRUPTIONS
from reviewer.replacement import schemas_of
from reviewer.stores import GUARDS, STORES
from tests.reviewer.pairs import starts, texts
from tests.reviewer.programs import resource

TABLE, DB, QUEUE = "DynamoDB::Table", "RDS::DBInstance", "SQS::Queue"


def kept_days(number: int | None) -> Json:
    """A plan of backups that are kept so many days; None keeps them."""
    rule = {"RuleName": "daily", "Lifecycle": {} if number is None else {"DeleteAfterDays": number}}
    return {"BackupPlan": {"BackupPlanRule": [rule]}}


OTHER = {"Other": resource("SNS::Topic")}


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        (resource(TABLE), ["!It: removed: the table and its data are DELETED"]),
        (resource(TABLE, DeletionPolicy="Retain"), ["!It: removed: the table stays with its data, outside the stack"]),
        (resource(DB), ["!It: removed: the database is deleted, a last snapshot is kept"]),
        (resource(DB, {"DBClusterIdentifier": "c"}), []),
        (resource("ElastiCache::ServerlessCache"), ["!It: removed: the cache and its data are DELETED"]),
        (
            resource("ElastiCache::ServerlessCache", {"FinalSnapshotName": "last"}, DeletionPolicy="Delete"),
            ["!It: removed: the cache is deleted, a last snapshot is kept"],
        ),
        (resource("S3::Bucket"), ["!It: removed: the bucket is DELETED"]),
        (resource("KMS::Key"), ["!It: removed: what the key encrypted can't be read any more"]),
        (resource("SNS::Topic"), []),
    ],
)
def test_removals(gone: Json, told: list[str]) -> None:
    assert starts(texts({"It": gone, **OTHER}, OTHER, "data"), told)


@pytest.mark.parametrize(
    ("kind", "before", "after", "told"),
    [
        (
            QUEUE,
            {},
            {"FifoQueue": True},
            ["!It: replaced: FifoQueue: (none) → true. A new queue starts empty; the old"],
        ),
        (DB, {"Engine": "a"}, {"Engine": "b"}, ["!It: may be replaced: Engine: a → b. A new database starts empty"]),
        (DB, {"BackupRetentionPeriod": 7}, {"BackupRetentionPeriod": 1}, ["!It: days of backups: 7 → 1"]),
        (
            DB,
            {"BackupRetentionPeriod": 7},
            {"BackupRetentionPeriod": 0},
            ["!It: no backups are kept any more, and those that are there"],
        ),
        (DB, {"BackupRetentionPeriod": 1}, {"BackupRetentionPeriod": 7}, []),
        ("Backup::BackupPlan", kept_days(7), kept_days(3), ["!It: days of backups: 7 → 3"]),
        ("Backup::BackupPlan", kept_days(7), kept_days(None), []),
        (DB, {"AutomaticBackupReplicationRegion": "x"}, {}, ["!It: replication of backups is turned off"]),
        ("S3::Bucket", {"ReplicationConfiguration": {"Role": "r"}}, {}, ["!It: replication is turned off"]),
        (DB, {"DeletionProtection": True}, {"DeletionProtection": False}, ["!It: deletion protection is turned off"]),
        (DB, {"DeletionProtection": False}, {"DeletionProtection": True}, []),
        (
            "S3::Bucket",
            {"VersioningConfiguration": {"Status": "Enabled"}},
            {"VersioningConfiguration": {"Status": "Suspended"}},
            ["!It: versioning is turned off"],
        ),
    ],
)
def test_changes(kind: str, before: Json, after: Json, told: list[str]) -> None:
    assert starts(texts({"It": resource(kind, before)}, {"It": resource(kind, after)}, "data"), told)


@pytest.mark.parametrize(
    ("kind", "before", "after", "told"),
    [
        (DB, {"DBInstanceClass": "a"}, {"DBInstanceClass": "b"}, ["It: restarts: unavailable for some minutes"]),
        (DB, {"CopyTagsToSnapshot": True}, {"CopyTagsToSnapshot": False}, []),
        (
            "ElasticLoadBalancingV2::LoadBalancer",
            {"Scheme": "internal"},
            {"Scheme": "internet-facing"},
            ["It: replaced: the load balancer gets another DNS name (Scheme: internal → internet-facing)"],
        ),
        ("ECS::TaskDefinition", {"Cpu": "256"}, {"Cpu": "512"}, []),
    ],
)
def test_outages(kind: str, before: Json, after: Json, told: list[str]) -> None:
    assert starts(texts({"It": resource(kind, before)}, {"It": resource(kind, after)}, "outage"), told)


def test_what_is_billed_by_the_hour() -> None:
    gateways = {name: resource("EC2::NatGateway") for name in ("A", "B")}
    assert texts(OTHER, {**OTHER, **gateways}, "cost") == [": billed by the hour from now on: 2 NAT gateways"]
    assert texts({**OTHER, **gateways}, OTHER, "cost") == [": no longer billed by the hour: 2 NAT gateways"]
    small, large = ({"It": resource(DB, {"DBInstanceClass": size})} for size in ("db.t4g.micro", "db.t4g.large"))
    assert texts(small, large, "cost") == ["It: another price by the hour: db.t4g.micro → db.t4g.large"]
    assert texts(gateways, {"C": gateways["A"], "D": gateways["B"]}, "cost") == []


@pytest.mark.parametrize(("kind", "name"), [*INTERRUPTIONS, *GUARDS])
def test_the_tables_name_properties_that_are_there(kind: str, name: str) -> None:
    assert name.split(".")[0] in schemas_of("us-east-1").of(kind)["properties"]


@pytest.mark.parametrize("kind", STORES)
def test_the_tables_name_types_that_are_there(kind: str) -> None:
    assert schemas_of("us-east-1").of(kind)


def table(*keys: str, name: str = "by") -> Json:
    schema = [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)]
    index = {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}
    return resource(TABLE, {"GlobalSecondaryIndexes": [index]})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (table("a", "b"), table("b", "a"), ["It: index `by` is deleted and created again: queries of it fail until"]),
        (table("a"), table("a"), []),
        (table("a"), table("a", name="new"), []),
    ],
)
def test_indexes_made_anew(before: Json, after: Json, told: list[str]) -> None:
    assert starts(texts({"It": before}, {"It": after}, "outage"), told)
