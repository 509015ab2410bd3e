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


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
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


def of(kind: str, before: Json, after: Json) -> tuple[Json, Json]:
    """A resource of one type before and after."""
    return resource(kind, before), resource(kind, after)


POOL = "Cognito::UserPool"
SEARCH = "OpenSearchService::Domain"
CACHE = "ElastiCache::ReplicationGroup"
CLUSTER = "EKS::Cluster"
FIREHOSE = "KinesisFirehose::DeliveryStream"


def access(mode: str) -> Json:
    return {"AccessConfig": {"AuthenticationMode": mode}}


def stream(view: str) -> Json:
    return {"StreamSpecification": {"StreamViewType": view}} if view else {}


def expires(name: str, on: bool = True) -> Json:
    return {"TimeToLiveSpecification": {"AttributeName": name, "Enabled": on}}


def encrypted(on: bool) -> Json:
    return {"NodeToNodeEncryptionOptions": {"Enabled": on}}


def version(text: str) -> Json:
    return {"EngineVersion": text}


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        (of("DocDB::DBCluster", version("5.0.0"), version("4.0.0")), "5.0.0 → 4.0.0 is a downgrade, which DocumentDB"),
        (of("DocDB::DBCluster", version("4.0.0"), version("5.0.0")), ""),
        (of("RDS::DBCluster", version("16.4"), version("15.8")), "16.4 → 15.8 is a downgrade, which RDS does not do"),
        (
            of(
                "RDS::DBCluster",
                {"Engine": "aurora-postgresql", **version("15.8")},
                {"Engine": "aurora-postgresql", **version("16.4")},
            ),
            "",
        ),
        (of("KMS::Key", {}, {"MultiRegion": True}), "MultiRegion of a key can't be changed (False → True)"),
        (of("KMS::Key", {"KeySpec": "RSA_2048"}, {"KeySpec": "RSA_4096"}), "KeySpec of a key can't be changed"),
        (of("KMS::Key", {}, {"KeySpec": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS"}), ""),
        (of("KMS::Key", {"Enabled": True}, {"Enabled": False}), ""),
        (of(POOL, {"UsernameAttributes": ["email"]}, {}), "how users sign in can't be changed (UsernameAttributes)"),
        (of(POOL, {"AliasAttributes": ["a", "b"]}, {"AliasAttributes": ["b", "a"]}), ""),
        (
            of(POOL, {"Schema": [{"Name": "a"}]}, {"Schema": [{"Name": "b"}]}),
            "attributes of users can be added, and not",
        ),
        (
            of(POOL, {"Schema": [{"Name": "a", "Mutable": True}]}, {"Schema": [{"Name": "a", "Mutable": False}]}),
            "attributes of users can be added",
        ),
        (of(POOL, {"Schema": [{"Name": "a"}]}, {"Schema": [{"Name": "b"}, {"Name": "a"}]}), ""),
        (
            of(TABLE, stream("KEYS_ONLY"), stream("NEW_IMAGE")),
            "the stream has KEYS_ONLY, and DynamoDB makes no NEW_IMAGE",
        ),
        (of(TABLE, stream("KEYS_ONLY"), stream("")), ""),
        (of(TABLE, expires("a"), expires("b")), "items expire by a, and DynamoDB takes no other attribute"),
        (of(TABLE, expires("a"), expires("a", on=False)), ""),
        (of(TABLE, expires("a", on=False), expires("b")), ""),
        (of(SEARCH, encrypted(True), encrypted(False)), "encryption between nodes can't be turned off"),
        (of(SEARCH, encrypted(False), encrypted(True)), ""),
        (of(SEARCH, {"VPCOptions": {"SubnetIds": ["a"]}}, {}), "a domain in a VPC gets no public endpoint"),
        (of(SEARCH, {"VPCOptions": {"SubnetIds": ["a"]}}, {"VPCOptions": {"SubnetIds": ["b"]}}), ""),
        (of(SEARCH, {"IPAddressType": "dualstack"}, {"IPAddressType": "ipv4"}), "dual stack can't be changed back"),
        (of(SEARCH, {"IPAddressType": "ipv4"}, {"IPAddressType": "dualstack"}), ""),
        (
            of(SEARCH, version("OpenSearch_2.11"), version("OpenSearch_2.9")),
            "OpenSearch_2.11 → OpenSearch_2.9 is a down",
        ),
        (
            of(SEARCH, version("OpenSearch_1.3"), version("Elasticsearch_7.10")),
            "OpenSearch_1.3 → Elasticsearch_7.10 is a",
        ),
        (
            of(SEARCH, version("Elasticsearch_7.10"), version("OpenSearch_2.19")),
            "Elasticsearch_7.10 → OpenSearch_2.19 is no",
        ),
        (of(SEARCH, version("Elasticsearch_7.10"), version("OpenSearch_1.3")), ""),
        (
            of(CACHE, {"Engine": "redis", **version("7.1")}, {"Engine": "redis", **version("6.2")}),
            "7.1 → 6.2 is a downgrade",
        ),
        (of(CACHE, {"Engine": "redis", **version("7.1")}, {"Engine": "valkey", **version("7.2")}), ""),
        (of(CACHE, {"Engine": "valkey"}, {"Engine": "redis"}), "Valkey can't be changed back to Redis OSS"),
        (of(CACHE, {"ClusterMode": "enabled"}, {"ClusterMode": "disabled"}), "cluster mode can't be turned off"),
        (of(CACHE, {"ClusterMode": "compatible"}, {"ClusterMode": "enabled"}), ""),
        (of(CLUSTER, {"Version": "1.33"}, {"Version": "1.32"}), "1.33 → 1.32 is a downgrade, which EKS does not do"),
        (of(CLUSTER, {"Version": "1.32"}, {"Version": "1.33"}), ""),
        (of(CLUSTER, access("API"), access("CONFIG_MAP")), "API can't be changed back to CONFIG_MAP"),
        (of(CLUSTER, access("CONFIG_MAP"), access("API")), ""),
        (
            of(
                "ApiGateway::RestApi",
                {"EndpointConfiguration": {"Types": ["PRIVATE"]}},
                {"EndpointConfiguration": {"Types": ["EDGE"]}},
            ),
            "a private API can't be made edge-optimized",
        ),
        (
            of(
                "ApiGateway::RestApi",
                {"EndpointConfiguration": {"Types": ["EDGE"]}},
                {"EndpointConfiguration": {"Types": ["PRIVATE"]}},
            ),
            "",
        ),
        (
            of(
                FIREHOSE,
                {"ExtendedS3DestinationConfiguration": {}},
                {"AmazonopensearchserviceDestinationConfiguration": {}},
            ),
            "Firehose does not switch from ExtendedS3 to Amazonopensearchservice",
        ),
        (of(FIREHOSE, {"ExtendedS3DestinationConfiguration": {}}, {"HttpEndpointDestinationConfiguration": {}}), ""),
        (
            of("SSM::Parameter", {"Tier": "Advanced"}, {"Tier": "Standard"}),
            "an advanced parameter can't be made a standard",
        ),
        (of("SSM::Parameter", {"Tier": "Standard"}, {"Tier": "Advanced"}), ""),
        (
            of(
                "S3::Bucket",
                {"ObjectLockEnabled": True, "VersioningConfiguration": {"Status": "Enabled"}},
                {"VersioningConfiguration": {"Status": "Enabled"}},
            ),
            "the lock of objects can't be turned off",
        ),
        (
            of(
                "S3::Bucket",
                {"ObjectLockEnabled": True, "VersioningConfiguration": {"Status": "Enabled"}},
                {"ObjectLockEnabled": True, "VersioningConfiguration": {"Status": "Suspended"}},
            ),
            "the versions of a bucket with locked objects can't be suspended",
        ),
        (
            of(
                "S3::Bucket",
                {"VersioningConfiguration": {"Status": "Enabled"}},
                {"VersioningConfiguration": {"Status": "Suspended"}},
            ),
            "",
        ),
        (
            of(
                "Backup::BackupVault",
                {"LockConfiguration": {"ChangeableForDays": 3, "MinRetentionDays": 7}},
                {"LockConfiguration": {"ChangeableForDays": 3, "MinRetentionDays": 1}},
            ),
            "3 days after it was set nobody can change or remove the vault's lock",
        ),
        (of("Backup::BackupVault", {"LockConfiguration": {"MinRetentionDays": 7}}, {}), ""),
        (
            of(
                "Lambda::EventSourceMapping",
                {"FunctionName": "f", "EventSourceArn": "s", "StartingPosition": "LATEST"},
                {"FunctionName": "f", "EventSourceArn": "s", "StartingPosition": "TRIM_HORIZON"},
            ),
            "the mapping is made anew while the old one",
        ),
        (
            of(
                "Lambda::EventSourceMapping",
                {"FunctionName": "f", "EventSourceArn": "s", "StartingPosition": "LATEST"},
                {"FunctionName": "f", "EventSourceArn": "t", "StartingPosition": "LATEST"},
            ),
            "",
        ),
    ],
)
def test_what_a_type_can_not_become(pair: tuple[Json, Json], told: str) -> None:
    before, after = pair
    assert starts(texts({"It": before}, {"It": after}, "refused"), [f"!It: {told}"] if told else [])


def test_a_resource_of_another_type_is_no_update() -> None:
    before, after = {"It": resource("SQS::Queue")}, {"It": resource("SNS::Topic")}
    assert starts(
        texts(before, after, "refused"), ["!It: CloudFormation makes no SNS::Topic of a SQS::Queue: make one"]
    )
    copied = {"It": resource("DynamoDB::GlobalTable")}
    told = texts({"It": resource(TABLE)}, copied, "refused")
    assert starts(
        told, ["!It: CloudFormation makes no DynamoDB::GlobalTable of a DynamoDB::Table: a table gets or loses"]
    )


def endpoint(instance: str) -> dict[str, Json]:
    variants = [{"VariantName": "Main", "InstanceType": instance}]
    scaled = {"ResourceId": "endpoint/it/variant/Main", "ServiceNamespace": "sagemaker", "ScalableDimension": "x"}
    return {
        "It": resource("SageMaker::EndpointConfig", {"ProductionVariants": variants}),
        "Scaling": resource("ApplicationAutoScaling::ScalableTarget", scaled),
    }


def test_a_scaled_model_keeps_its_instance_type() -> None:
    before, after = endpoint("ml.m5.large"), endpoint("ml.m5.xlarge")
    assert starts(texts(before, after, "refused"), ["!It: ml.m5.large → ml.m5.xlarge: SageMaker changes no instance"])
    assert texts({"It": before["It"]}, {"It": after["It"]}, "refused") == []


def named(kind: str, **properties: Json) -> Json:
    return resource(kind, properties)


RECORD = "Route53::RecordSet"
RULE = "ElasticLoadBalancingV2::ListenerRule"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            {"Old": named("IAM::Role", RoleName="web")},
            {"New": named("IAM::Role", RoleName="web")},
            "RoleName `web` is taken by kind.Old",
        ),
        ({"Old": named("IAM::Role", RoleName="web")}, {"New": named("IAM::Role", RoleName="api")}, ""),
        (
            {"Old": named("SQS::Queue", QueueName="a")},
            {"New": named("SQS::Queue", QueueName="a")},
            "QueueName `a` is taken by kind.Old",
        ),
        ({"Old": named("SQS::Queue", QueueName="a")}, {"New": named("SNS::Topic", TopicName="a")}, ""),
        (
            {"Old": {**named(RECORD, HostedZoneId="z", Name="a.b", Type="A"), "DeletionPolicy": "Retain"}},
            {"New": named(RECORD, HostedZoneId="z", Name="a.b", Type="A")},
            "Name `a.b` Type `A`",
        ),
        (
            {"Old": named(RECORD, HostedZoneId="z", Name="a.b", Type="A")},
            {"New": named(RECORD, HostedZoneId="z", Name="a.b", Type="AAAA")},
            "",
        ),
        (
            {"Old": named("CloudFront::Distribution", DistributionConfig={"Aliases": ["a.b"]})},
            {"New": named("CloudFront::Distribution", DistributionConfig={"Aliases": ["c.d", "a.b"]})},
            "alias `a.b` is taken by kind.Old",
        ),
        (
            {"Old": {**named(RULE, ListenerArn="l", Priority=10), "DeletionPolicy": "Retain"}},
            {"New": named(RULE, ListenerArn="l", Priority=10)},
            "ListenerArn `l` Priority `10` is taken by kind.Old",
        ),
        (
            {"Old": named(RULE, ListenerArn="l", Priority=10)},
            {"Old": named(RULE, ListenerArn="l", Priority=10), "New": named(RULE, ListenerArn="m", Priority=10)},
            "",
        ),
    ],
)
def test_what_another_resource_has_until_the_end(before: dict[str, Json], after: dict[str, Json], told: str) -> None:
    found = texts(before, after, "refused")
    assert all(told in text and text.startswith("!New: ") for text in found)
    assert len(found) == bool(told)


def subnet(cidr: str, zone: str = "a", vpc: Json = "vpc-1") -> Json:
    return resource("EC2::Subnet", {"VpcId": vpc, "CidrBlock": cidr, "AvailabilityZone": zone})


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            {"It": subnet("10.0.0.0/24")},
            {"It": subnet("10.0.0.0/24", "b")},
            ["!It: the range 10.0.0.0/24 overlaps with"],
        ),
        ({"It": subnet("10.0.0.0/24")}, {"It": subnet("10.0.1.0/24", "b")}, []),
        (
            {"A": subnet("10.0.0.0/24")},
            {"It": subnet("10.0.0.0/16")},
            ["!It: the range 10.0.0.0/16 overlaps with 10.0.0.0/24"],
        ),
        ({"A": subnet("10.0.0.0/24", vpc="vpc-2")}, {"It": subnet("10.0.0.0/16")}, []),
        ({"A": subnet("10.0.0.0/24", vpc={"Ref": "P"})}, {"It": resource("EC2::Subnet", {"VpcId": "vpc-1"})}, []),
    ],
)
def test_ranges_of_subnets(before: dict[str, Json], after: dict[str, Json], told: list[str]) -> None:
    assert starts(texts(before, after, "refused"), told)


def attached(cidr: str, zone: str) -> dict[str, Json]:
    return {
        "Vpc": resource("EC2::VPC", {"CidrBlock": cidr}),
        "Gateway": resource("EC2::InternetGateway"),
        "Attachment": resource(
            "EC2::VPCGatewayAttachment", {"VpcId": {"Ref": "Vpc"}, "InternetGatewayId": {"Ref": "Gateway"}}
        ),
        "Subnet": resource("EC2::Subnet", {"VpcId": "vpc-1", "AvailabilityZone": zone}),
        "Address": resource("EC2::EIP"),
        "Nat": resource(
            "EC2::NatGateway",
            {"SubnetId": {"Ref": "Subnet"}, "AllocationId": {"Fn::GetAtt": ["Address", "AllocationId"]}},
        ),
    }


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (attached("10.0.0.0/16", "a"), []),
        (attached("10.9.0.0/16", "a"), ["!Attachment: an internet gateway is attached to one thing at a time"]),
        (attached("10.0.0.0/16", "b"), ["!Nat: the address of a NAT gateway is attached to one thing at a time"]),
        (
            {**attached("10.0.0.0/16", "b"), "Address": resource("EC2::EIP", {"Domain": "vpc"})},
            [],
        ),
    ],
)
def test_what_is_attached_to_one_thing_at_a_time(after: dict[str, Json], told: list[str]) -> None:
    assert starts(texts(attached("10.0.0.0/16", "a"), after, "refused"), told)


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
    assert starts(texts({"It": gone, **other}, other, "refused"), told)


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
        ({}, ["CloudFormation deletes the bucket, with all its versions, only if it is empty: empty it before"]),
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
    assert starts([risk.text for risk in found if risk.kind == "refused"], told)


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
    assert len(rules()) == len(modules) >= 25
    assert all(rule.source.startswith("https://docs.aws.amazon.com/") for rule in rules())
