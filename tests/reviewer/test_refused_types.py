"""What a resource can't become, by type: what AWS refuses, and near changes that it takes."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.reviewer.pairs import starts, texts
from tests.reviewer.programs import resource

TABLE = "DynamoDB::Table"


def of(kind: str, before: Json, after: Json) -> tuple[Json, Json]:
    """A resource of one type before and after."""
    return resource(kind, before), resource(kind, after)


POOL = "Cognito::UserPool"
SEARCH = "OpenSearchService::Domain"
CACHE = "ElastiCache::ReplicationGroup"
SERVERLESS_CACHE = "ElastiCache::ServerlessCache"
MEMCACHED = "ElastiCache::CacheCluster"
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


def major(engine: str, text: str) -> Json:
    return {"Engine": engine, "MajorEngineVersion": text}


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
        (
            of(CACHE, {"Engine": "valkey", **version("8.0")}, {"Engine": "redis", **version("7.1")}),
            "Valkey 8.0 can't be changed back to Redis OSS 7.1",
        ),
        (
            of(CACHE, {"Engine": "valkey", **version("7.2")}, {"Engine": "redis", **version("7.0")}),
            "Valkey 7.2 can't be changed back to Redis OSS 7.0",
        ),
        (of(CACHE, {"Engine": "valkey", **version("7.2")}, {"Engine": "redis", **version("7.1")}), ""),
        (of(CACHE, {"Engine": "valkey", **version("7.2.6")}, {"Engine": "redis", **version("7.1.0")}), ""),
        (of(SERVERLESS_CACHE, major("valkey", "8"), major("valkey", "7")), "8 → 7 is a downgrade"),
        (of(SERVERLESS_CACHE, major("valkey", "7"), major("valkey", "8")), ""),
        (of(SERVERLESS_CACHE, major("redis", "7"), major("valkey", "8")), ""),
        (
            of(SERVERLESS_CACHE, major("valkey", "8"), major("redis", "7")),
            "Valkey 8 can't be changed back to Redis OSS 7",
        ),
        (of(SERVERLESS_CACHE, major("valkey", "7"), major("redis", "7")), ""),
        (of(MEMCACHED, version("1.6.22"), version("1.6.12")), "1.6.22 → 1.6.12 is a downgrade"),
        (of(MEMCACHED, version("1.6.12"), version("1.6.22")), ""),
        (of(CACHE, {"ClusterMode": "enabled"}, {"ClusterMode": "disabled"}), "cluster mode can't be turned off"),
        (of(CACHE, {"ClusterMode": "compatible"}, {"ClusterMode": "enabled"}), ""),
        (of(CLUSTER, {"Version": "1.33"}, {"Version": "1.31"}), "1.33 → 1.31: EKS goes back by one version"),
        (of(CLUSTER, {"Version": "1.33"}, {"Version": "1.32"}), ""),
        (of("EKS::Nodegroup", {"Version": "1.33"}, {"Version": "1.31"}), "1.33 → 1.31: EKS goes back by one version"),
        (of("EKS::Nodegroup", {"Version": "1.33"}, {"Version": "1.32"}), ""),
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


def test_a_locked_vault_goes_once_it_is_empty() -> None:
    """Vaults in compliance mode can't be deleted "if any recovery points are in the vault" (AWS Backup guide)."""
    vault = {"It": resource("Backup::BackupVault", {"LockConfiguration": {"ChangeableForDays": 3}})}
    assert starts(texts(vault, {}, "leftover"), ["!It: CloudFormation deletes the backup vault only if it is empty"])


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
