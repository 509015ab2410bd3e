"""Databases: the Data API, and Aurora global databases with their clusters in two regions."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = "platform: demo\nenvironments: {prod: {posture: production, region: %s}}\n"
CLUSTER = "engine: aurora-postgresql, version: '17', instance: db.r7g.large"
PRIMARY = f"{CLUSTER}, password: generated, global_database: {{name: shop-main}}"
SECRET = "arn:aws:secretsmanager:us-west-2:222222222222:secret:shop-AbCdEf"
KEY = "arn:aws:kms:us-west-2:222222222222:key/12345678-1234-1234-1234-123456789012"
OF = f"of: us-east-1, secret: '{SECRET}', key: '{KEY}'"
SECONDARY = f"{CLUSTER}, password: generated, global_database: {{name: shop-main, secondary: {{{OF}%s}}}}"
SERVICE = 'services: {web: {image: "public.ecr.aws/docker/library/nginx:1.27", uses: {main: %s}}}\n'


def spec(settings: str, region: str = "us-east-1", verb: str = "connect") -> str:
    return f"{HEAD % region}databases: {{main: {{{settings}}}}}\n{SERVICE % verb}"


def built(settings: str, region: str = "us-east-1", verb: str = "connect") -> Json:
    return resources(compiled(spec(settings, region, verb), "prod"))


def variables(found: Json) -> dict[str, Json]:
    (task,) = (one for one in found.values() if one["Type"] == "AWS::ECS::TaskDefinition")
    (container,) = task["Properties"]["ContainerDefinitions"]
    return {one["Name"]: one["Value"] for one in container["Environment"]}


def test_the_primary_is_the_source_of_the_global_cluster() -> None:
    found = built(PRIMARY)
    made = found["MainDatabaseGlobal"]
    assert made["Properties"] == {
        "GlobalClusterIdentifier": "shop-main",
        "SourceDBClusterIdentifier": {"Fn::GetAtt": ["MainDatabaseCluster", "DBClusterArn"]},
        "DeletionProtection": True,
    }
    assert made["DeletionPolicy"] == "Delete"
    cluster = found["MainDatabaseCluster"]["Properties"]
    assert "GlobalClusterIdentifier" not in cluster
    assert "resolve:secretsmanager" in cluster["MasterUserPassword"]["Fn::Sub"]


def test_a_cluster_becomes_the_primary_in_place() -> None:
    before, after = built(PRIMARY.partition(", global_database")[0]), built(PRIMARY)
    assert before["MainDatabaseCluster"] == after["MainDatabaseCluster"]
    assert after.keys() - before.keys() == {"MainDatabaseGlobal"}


def test_a_kept_primary_keeps_its_global_cluster() -> None:
    assert built(f"{PRIMARY}, keep: retain")["MainDatabaseGlobal"]["DeletionPolicy"] == "Retain"


def test_a_secondary_has_the_primarys_users_and_data() -> None:
    found = built(SECONDARY % "", "us-west-2")
    cluster = found["MainDatabaseCluster"]["Properties"]
    assert (cluster["GlobalClusterIdentifier"], cluster["SourceRegion"]) == ("shop-main", "us-east-1")
    assert cluster["KmsKeyId"] == {"Ref": "PlatformKeyArn"}
    assert not {"MasterUsername", "MasterUserPassword", "ManageMasterUserPassword", "DatabaseName"} & cluster.keys()
    assert not {"MainDatabaseGlobal", "MainDatabaseSecret"} & found.keys()


def test_users_of_a_secondary_read_and_have_the_copy_of_the_secret() -> None:
    found = built(f"{SECONDARY % ''}, readers: 0", "us-west-2")
    assert variables(found)["MAIN_SECRET_ARN"] == SECRET
    assert "MAIN_READER_HOST" in variables(found)
    statements = found["WebServiceAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert [SECRET] in [one["Resource"] for one in statements]
    assert [KEY] in [one["Resource"] for one in statements]


def test_a_promoted_secondary_leaves_the_global_database_and_stays() -> None:
    before = built(SECONDARY % "", "us-west-2")["MainDatabaseCluster"]["Properties"]
    after = built(SECONDARY % ", promoted: true", "us-west-2")["MainDatabaseCluster"]["Properties"]
    assert {**before, "GlobalClusterIdentifier": ""} == after


def test_instances_of_a_cluster_have_parameters_of_their_own() -> None:
    found = built(f"{CLUSTER}, readers: 1, instance_parameters: {{log_min_duration_statement: 500}}")
    made = found["MainDatabaseInstanceParameters"]["Properties"]
    assert (made["Family"], made["Parameters"]) == ("aurora-postgresql17", {"log_min_duration_statement": "500"})
    members = [one["Properties"] for one in found.values() if one["Type"] == "AWS::RDS::DBInstance"]
    assert [one["DBParameterGroupName"] for one in members] == [{"Ref": "MainDatabaseInstanceParameters"}] * 2
    assert "MainDatabaseInstanceParameters" not in built(CLUSTER)


def test_the_data_api_needs_no_way_to_the_database() -> None:
    found = built(f"{CLUSTER}, data_api: true", verb="query")
    assert found["MainDatabaseCluster"]["Properties"]["EnableHttpEndpoint"] is True
    assert {name for name in variables(found) if name.startswith("MAIN_")} == {
        "MAIN_ARN",
        "MAIN_NAME",
        "MAIN_SECRET_ARN",
    }
    assert not [name for name in found if name.startswith("MainDatabase5432From")]


def test_without_it_a_cluster_has_no_http_endpoint() -> None:
    assert "EnableHttpEndpoint" not in built(CLUSTER)["MainDatabaseCluster"]["Properties"]


@pytest.mark.parametrize(
    ("settings", "region", "code", "words"),
    [
        (PRIMARY.replace("r7g", "t4g"), "us-east-1", "not-allowed", "a global database has no db.t4g.large"),
        (PRIMARY.replace(", password: generated", ""), "us-east-1", "managed-password", "no password of a cluster"),
        (PRIMARY.replace("shop-main", "Shop--x"), "us-east-1", "bad-value", "lower-case letters"),
        (
            "engine: postgres, version: '17', global_database: {name: x}",
            "us-east-1",
            "unused-setting",
            "Aurora cluster",
        ),
        ("engine: postgres, version: '17', data_api: true", "us-east-1", "unused-setting", "'data_api' is a setting"),
        (
            "engine: postgres, version: '17', instance_parameters: {work_mem: 1}",
            "us-east-1",
            "unused-setting",
            "'instance_parameters' is a setting of an Aurora cluster",
        ),
        (f"{CLUSTER}, instance_parameters: {{rds.force_ssl: 0}}", "us-east-1", "insecure-parameter", "without TLS"),
        (f"{CLUSTER.replace('r7g', 't4g')}, data_api: true", "us-east-1", "not-allowed", "has no Data API"),
        (SECONDARY.replace("of: us-east-1", "of: us-west-2") % "", "us-west-2", "replica-region", "as the secondary"),
        (SECONDARY % "", "eu-west-1", "replica-region", "it is in us-west-2, and the secondary in eu-west-1"),
        (f"{SECONDARY % ''}, data_api: true", "us-west-2", "unused-setting", "secondary cluster has no 'data_api'"),
        (f"{SECONDARY % ''}, proxy: {{}}", "us-west-2", "unused-setting", "secondary cluster has no 'proxy'"),
        (f"{SECONDARY % ''}, restore_from: before", "us-west-2", "unused-setting", "has no 'restore_from'"),
    ],
)
def test_faults(settings: str, region: str, code: str, words: str) -> None:
    found = faults(spec(settings, region))
    assert {one.code for one in found} == {code}
    assert words in found[0].message


def test_the_data_api_must_be_enabled_for_those_who_query() -> None:
    (found,) = faults(spec(CLUSTER, verb="query"))
    assert (found.code, found.component) == ("missing-property", "databases.main")
    assert "services.web queries it" in found.message
    assert faults(spec(f"{SECONDARY % ', promoted: true'}, data_api: true", "us-west-2", "query")) == ()
