"""What AWS refuses: each rule with changes that it is about, and with near ones that it is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from reviewer import refusals
from reviewer.findings import find
from reviewer.refusal import rules
from tests.reviewer.pairs import risks, starts, texts
from tests.reviewer.programs import compiled, deployed, resource

CLUSTER = "EKS::Cluster"
DB = "RDS::DBInstance"
TABLE = "DynamoDB::Table"
INDEX = [{"IndexName": "by-day"}]
TWO = [{"IndexName": "by-day"}, {"IndexName": "by-shop"}]


def postgres(version: str, **more: Json) -> Json:
    return resource(DB, {"Engine": "postgres", "EngineVersion": version, **more})


def engine(name: str, version: str) -> Json:
    return resource(DB, {"Engine": name, "EngineVersion": version})


def network(cidr: str, kind: str, name: str, value: Json) -> dict[str, Json]:
    return {
        "Vpc": resource("EC2::VPC", {"CidrBlock": cidr}),
        "Subnet": resource("EC2::Subnet", {"VpcId": {"Ref": "Vpc"}}),
        "It": resource(kind, {name: value}),
    }


def fields(**given: Json) -> Json:
    return resource("OpenSearchServerless::Index", {"IndexName": "i", "Mappings": {"Properties": given}})


def vector(dimension: int, **more: Json) -> Json:
    return {"Type": "knn_vector", "Dimension": dimension, **more}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (fields(v=vector(3)), fields(v=vector(4)), ["!It: fields of an index can be added, and not be changed (`v`)"]),
        (fields(v=vector(3)), fields(v=vector(3), w=vector(4)), []),
        (fields(v={"Properties": {"x": {"Type": "text"}}}), fields(v={"Properties": {"y": {"Type": "text"}}}), []),
        (
            fields(v={"Properties": {"x": {"Type": "text"}}}),
            fields(v={"Properties": {"x": {"Type": "long"}}}),
            ["!It: fields of an index can be added, and not be changed (`v.x`)"],
        ),
        (postgres("15"), postgres("16"), ["!It: 15 → 16 is a major upgrade; RDS needs `allow_major_upgrade: true`"]),
        (postgres("15"), postgres("16", AllowMajorVersionUpgrade=True), []),
        (postgres("15"), postgres("15.4"), []),
        (postgres("15.4"), postgres("15"), []),
        (postgres("15.4"), postgres("15.6"), []),
        (postgres("16"), postgres("15"), ["!It: 16 → 15 is a downgrade"]),
        (
            postgres("16", AllowMajorVersionUpgrade=True),
            postgres("15", AllowMajorVersionUpgrade=True),
            ["!It: 16 → 15"],
        ),
        (engine("mysql", "8.0"), engine("mysql", "8.4"), ["!It: 8.0 → 8.4 is a major upgrade"]),
        (engine("mysql", "8.0.35"), engine("mysql", "8.0.39"), []),
        (engine("mariadb", "10.6"), engine("mariadb", "10.11"), ["!It: 10.6 → 10.11 is a major upgrade"]),
        (engine("aurora-mysql", "8.0.mysql_aurora.3.05.2"), engine("aurora-mysql", "8.0.mysql_aurora.3.08.0"), []),
        (
            resource(DB, {"AllocatedStorage": "100"}),
            resource(DB, {"AllocatedStorage": "20"}),
            ["!It: storage 100 → 20"],
        ),
        (resource(DB, {"AllocatedStorage": "20"}), resource(DB, {"AllocatedStorage": "100"}), []),
        (resource(TABLE), resource(TABLE, {"GlobalSecondaryIndexes": INDEX}), []),
        (
            resource(TABLE, {"GlobalSecondaryIndexes": {"Fn::If": ["x", INDEX, []]}}),
            resource(TABLE, {"GlobalSecondaryIndexes": {"Fn::If": ["x", TWO[1], TWO[0]]}}),
            [],
        ),
        (
            resource(TABLE, {"GlobalSecondaryIndexes": {"Fn::If": ["x", INDEX, []]}}),
            resource(TABLE, {"GlobalSecondaryIndexes": [TWO[1]]}),
            ["!It: DynamoDB creates or deletes one global index an update, and these are 2: `by-shop` and `by-day`"],
        ),
        (
            resource("IAM::Role", {"RoleName": "web", "Path": "/a/"}, UpdateReplacePolicy="Retain"),
            resource("IAM::Role", {"RoleName": "web", "Path": "/b/"}, UpdateReplacePolicy="Retain"),
            ["!It: Role has a name of its own (RoleName)"],
        ),
    ],
)
def test_changes_of_one_resource(before: Json, after: Json, told: list[str]) -> None:
    assert starts(texts({"It": before}, {"It": after}, "refused"), told)


@pytest.mark.parametrize(
    ("gone", "told"),
    [
        (resource(DB, {"DeletionProtection": True}, DeletionPolicy="Snapshot"), ["!It: deletion protection is on"]),
        (resource(DB, {"DeletionProtection": True}, DeletionPolicy="Retain"), []),
        (resource(DB, {"DeletionProtection": False}), []),
        (resource(TABLE, {"DeletionProtectionEnabled": "true"}), ["!It: deletion protection is on"]),
        (resource("Cognito::UserPool", {"DeletionProtection": "ACTIVE"}), ["!It: deletion protection is on"]),
        (
            resource(
                "ElasticLoadBalancingV2::LoadBalancer",
                {"LoadBalancerAttributes": [{"Key": "deletion_protection.enabled", "Value": "true"}]},
            ),
            ["!It: deletion protection is on"],
        ),
        (
            resource("S3::Bucket"),
            ["!It: CloudFormation deletes the bucket, with all its versions, only if it is empty"],
        ),
        (resource("S3::Bucket", DeletionPolicy="Retain"), []),
        (resource("ECR::Repository"), ["!It: CloudFormation deletes the repository only if it is empty"]),
        (resource("ECR::Repository", {"EmptyOnDelete": True}), []),
        (resource("Backup::BackupVault"), ["!It: CloudFormation deletes the backup vault only if it is empty"]),
        (resource(CLUSTER, {"DeletionProtection": True}), ["!It: deletion protection is on"]),
        (
            resource("DynamoDB::GlobalTable", {"Replicas": [{"Region": "a"}, {"DeletionProtectionEnabled": True}]}),
            ["!It: deletion protection is on"],
        ),
        (resource("DynamoDB::GlobalTable", {"Replicas": [{"Region": "a"}]}), []),
    ],
)
def test_removals(gone: Json, told: list[str]) -> None:
    other = {"Other": resource("SQS::Queue")}
    assert starts(texts({"It": gone, **other}, other, "leftover"), told)


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        ("RDS::DBSubnetGroup", "SubnetIds", [{"Ref": "Subnet"}]),
        ("ElastiCache::SubnetGroup", "SubnetIds", [{"Ref": "Subnet"}]),
        ("ElasticLoadBalancingV2::LoadBalancer", "Subnets", [{"Ref": "Subnet"}]),
        ("OpenSearchService::Domain", "VPCOptions", {"SubnetIds": [{"Ref": "Subnet"}]}),
    ],
)
def test_what_can_not_follow_its_subnets_into_another_vpc(kind: str, name: str, value: Json) -> None:
    before, after = (network(cidr, kind, name, value) for cidr in ("10.0.0.0/16", "10.9.0.0/16"))
    assert starts(texts(before, after, "refused"), ["!It: the VPC is replaced, and a "])
    assert texts(before, before, "refused") == []


@pytest.mark.parametrize(
    ("emptied", "told"),
    [
        ({}, ["CloudFormation deletes the bucket, with all its versions, only if it is empty: the update succeeds"]),
        (
            {"It": False},
            ["CloudFormation deletes the bucket, with all its versions, only if it is empty, and something"],
        ),
        ({"It": True}, []),
        ({"Other": True}, ["CloudFormation deletes the bucket"]),
    ],
)
def test_a_bucket_that_is_known_to_be_empty_may_go(emptied: dict[str, bool], told: list[str]) -> None:
    before = replace(deployed(compiled({"Resources": {"It": resource("S3::Bucket")}})), emptied=emptied)
    found = find(before, compiled({"Resources": {}}), {}).risks
    assert starts([risk.text for risk in found if risk.kind == "leftover"], told)


def exporting(value: str, name: Json = "arn") -> dict[str, Json]:
    outputs = {"Arn": {"Value": value, "Export": {"Name": name}}}
    return {"Resources": {"It": resource("SQS::Queue")}, "Outputs": outputs}


@pytest.mark.parametrize(
    ("after", "importers", "told"),
    [
        ({"Resources": {}}, ("web", "api"), ["the export of `Arn` goes or changes, and is imported by web and api"]),
        (exporting("b"), ("web",), ["the export of `Arn` goes or changes, and is imported by web: deploy that"]),
        (exporting("a", "other"), ("web",), ["the export of `Arn` goes or changes"]),
        (exporting("a"), ("web",), []),
        (exporting("b"), (), []),
    ],
)
def test_exports_in_use(after: dict[str, Json], importers: tuple[str, ...], told: list[str]) -> None:
    before = replace(deployed(compiled(exporting("a"))), importers={"/Arn": importers})
    found = find(before, compiled(after), {}).risks
    assert starts([risk.text for risk in found if risk.kind == "refused"], told)


def group(first: str, second: str) -> dict[str, Json]:
    """A group of two subnets, each of which another zone replaces."""
    subnets = {
        name: resource("EC2::Subnet", {"VpcId": "vpc-1", "AvailabilityZone": zone})
        for name, zone in (("First", first), ("Second", second))
    }
    return {**subnets, "It": resource("RDS::DBSubnetGroup", {"SubnetIds": [{"Ref": name} for name in subnets]})}


def test_a_group_keeps_a_subnet_of_those_it_has() -> None:
    assert texts(group("a", "b"), group("a", "c"), "refused") == []
    told = texts(group("a", "b"), group("c", "d"), "refused")
    assert starts(told, ["!It: all subnets of the group are others then"])


def test_each_refusal_names_its_source() -> None:
    (risk,) = risks({"It": postgres("15")}, {"It": postgres("16")}, "refused")
    assert risk.source.startswith("https://docs.aws.amazon.com/")


def test_rules_are_found_by_folder() -> None:
    modules = [file for file in Path(refusals.__path__[0]).glob("*.py") if file.stem != "__init__"]
    assert len(rules()) == len(modules) >= 28
    assert all(rule.source.startswith("https://docs.aws.amazon.com/") for rule in rules())
