"""Databases: Aurora clusters, and the alarms of every form."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources
from tests.kinds.database_specs import (
    AURORA,
    PROXIED,
    REPLICA,
    REPLICAS,
    RESTORED,
    SERVERLESS,
    USERS,
    built,
    properties,
    spec,
    used,
)


def rds_types(found: Json) -> list[str]:
    return sorted(name for name, one in found.items() if one["Type"].startswith("AWS::RDS::DB"))


def test_aurora_is_a_cluster_with_its_key_and_a_managed_password() -> None:
    found = properties(AURORA, "MainDatabaseCluster")
    assert found["StorageEncrypted"] is True
    assert found["KmsKeyId"] == found["MasterUserSecret"]["KmsKeyId"] == {"Ref": "PlatformKeyArn"}
    assert found["ManageMasterUserPassword"] is True
    assert (found["DatabaseName"], found["MasterUsername"], found["Port"]) == ("app", "dbowner", 5432)
    assert found["StorageType"] == "aurora"
    assert found["EnableCloudwatchLogsExports"] == ["postgresql"]


@pytest.mark.parametrize(
    ("engine", "version", "parameter"),
    [
        ("aurora-postgresql", "17", ("rds.force_ssl", "1")),
        ("aurora-mysql", "8.0", ("require_secure_transport", "ON")),
        ("aurora-mysql", "8.4", ("require_secure_transport", "ON")),
    ],
)
def test_each_cluster_demands_tls(engine: str, version: str, parameter: tuple[str, str]) -> None:
    settings = f"engine: {engine}, version: '{version}', instance: db.t4g.medium"
    group = properties(settings, "MainDatabaseClusterParameters")
    assert group["Family"] == f"{engine}{version}"
    assert group["Parameters"][parameter[0]] == parameter[1]


@pytest.mark.parametrize(
    ("more", "environment", "members"),
    [
        ("", "dev", 1),
        ("", "prod", 2),
        (", readers: 0", "prod", 1),
        (", readers: 3", "dev", 4),
        (", multi_az: true", "dev", 2),
    ],
)
def test_members_of_a_cluster(more: str, environment: str, members: int) -> None:
    found = built(AURORA + more, environment)
    ids = [f"MainDatabaseInstance{number}" for number in range(1, members + 1)]
    assert [name for name in rds_types(found) if "Instance" in name] == ids
    assert all(found[one]["DependsOn"] == ["MainDatabaseInstance1"] for one in ids[1:])
    for one in ids:
        assert found[one]["DeletionPolicy"] == found[one]["UpdateReplacePolicy"] == "Delete"
        assert found[one]["Properties"]["DBClusterIdentifier"] == {"Ref": "MainDatabaseCluster"}
        assert not found[one]["Properties"].keys() & {"AllocatedStorage", "MultiAZ", "DeletionProtection", "KmsKeyId"}


@pytest.mark.parametrize(("keep", "policy"), [("delete", "Delete"), ("snapshot", "Snapshot"), ("retain", "Retain")])
def test_keep_of_a_cluster(keep: str, policy: str) -> None:
    found = built(f"{AURORA}, keep: {keep}")["MainDatabaseCluster"]
    assert (found["DeletionPolicy"], found["UpdateReplacePolicy"]) == (policy, "Snapshot")


@pytest.mark.parametrize(
    ("said", "capacity"),
    [
        ("{max: 4}", {"MinCapacity": 0.5, "MaxCapacity": 4}),
        ("{min: 0, max: 2}", {"MinCapacity": 0, "MaxCapacity": 2}),
        ("{min: 0, max: 2, pause_seconds: 900}", {"MinCapacity": 0, "MaxCapacity": 2, "SecondsUntilAutoPause": 900}),
        ("{min: 16.5, max: 256}", {"MinCapacity": 16.5, "MaxCapacity": 256}),
    ],
)
def test_capacity(said: str, capacity: Json) -> None:
    found = built(f"engine: aurora-mysql, version: '8.0', serverless: {said}")
    assert found["MainDatabaseCluster"]["Properties"]["ServerlessV2ScalingConfiguration"] == capacity
    assert found["MainDatabaseInstance1"]["Properties"]["DBInstanceClass"] == "db.serverless"


@pytest.mark.parametrize(
    ("more", "name", "value"),
    [
        (", io_optimized: true", "StorageType", "aurora-iopt1"),
        (", identifier: ledger", "DBClusterIdentifier", "ledger"),
        (", backup_days: 30", "BackupRetentionPeriod", 30),
        (", deletion_protection: true", "DeletionProtection", True),
        (", iam_authentication: false", "EnableIAMDatabaseAuthentication", False),
        (", port: 5433", "Port", 5433),
        (", performance_insights: true, performance_insights_days: 465", "DatabaseInsightsMode", "advanced"),
    ],
)
def test_settings_of_a_cluster(more: str, name: str, value: Json) -> None:
    assert properties(AURORA + more, "MainDatabaseCluster")[name] == value


def test_naming_names_the_cluster() -> None:
    found = resources(compiled("naming: '${env}-${name}'\n" + spec(AURORA)))["MainDatabaseCluster"]["Properties"]
    assert found["DBClusterIdentifier"] == "dev-main"
    assert "DBInstanceIdentifier" not in found


def test_connect_to_a_cluster_gives_both_endpoints() -> None:
    _, statements, variables = used(f"{AURORA}, readers: 1")
    assert variables["MAIN_HOST"] == {"Ref": "MainDatabaseClusterEndpointAddress"}
    assert variables["MAIN_READER_HOST"] == {"Ref": "MainDatabaseClusterReadEndpointAddress"}
    assert variables["MAIN_READER_PORT"] == "5432"
    assert statements[0]["Resource"] == [{"Ref": "MainDatabaseClusterMasterUserSecretSecretArn"}]
    assert "MAIN_READER_HOST" not in used(AURORA)[2]


def test_a_restored_cluster_has_the_key_of_the_platform() -> None:
    found = properties(f"{AURORA}, restore_from: 'before-${{env}}'", "MainDatabaseCluster")
    assert found["SnapshotIdentifier"] == "before-dev"
    assert not found.keys() & {"DatabaseName", "MasterUsername"}
    assert found["KmsKeyId"] == {"Ref": "PlatformKeyArn"}


ALARMS = "topics: {alerts: {}}\nmonitoring: {notify: alerts}\n"


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ("engine: postgres, version: '17'", {"CpuHigh", "StorageLow"}),
        (REPLICAS, {"CpuHigh", "StorageLow", "ReplicaLagHigh1", "ReplicaLagHigh2"}),
        (AURORA, {"CpuHigh", "LocalStorageLow"}),
        (f"{AURORA}, readers: 1", {"CpuHigh", "LocalStorageLow", "ReplicaLagHigh"}),
        (SERVERLESS, {"CpuHigh", "CapacityHigh"}),
    ],
)
def test_alarms(settings: str, names: set[str]) -> None:
    found = resources(compiled(spec(settings, ALARMS)))
    alarms = [name for name, one in found.items() if one["Type"] == "AWS::CloudWatch::Alarm"]
    assert {
        name.removeprefix("MainDatabase").removesuffix("Alarm") for name in alarms if name.startswith("MainDatabase")
    } == names


def test_alarms_of_a_cluster_look_at_the_cluster() -> None:
    found = resources(compiled(spec(f"{AURORA}, readers: 1", ALARMS)))
    whole = {"Name": "DBClusterIdentifier", "Value": {"Ref": "MainDatabaseCluster"}}
    for name in ("MainDatabaseLocalStorageLowAlarm", "MainDatabaseReplicaLagHighAlarm"):
        assert found[name]["Properties"]["Dimensions"] == [whole]
    writer = {"Name": "Role", "Value": "WRITER"}
    assert found["MainDatabaseCpuHighAlarm"]["Properties"]["Dimensions"] == [whole, writer]


def test_backup_of_a_cluster() -> None:
    plan = "backups: {daily: {of: [main], rules: {daily: {schedule: 'cron(0 5 * * ? *)', keep_days: 35}}}}\n"
    found = resources(compiled(spec(AURORA, plan)))
    statements = found["DailyBackupAccess"]["Properties"]["PolicyDocument"]["Statement"]
    actions = {action for one in statements for action in one["Action"]}
    assert "rds:CreateDBClusterSnapshot" in actions
    assert "rds:CreateDBSnapshot" not in actions
    chosen = found["DailyBackupSelection"]["Properties"]["BackupSelection"]["Resources"]
    assert chosen == [{"Ref": "MainDatabaseClusterDBClusterArn"}]


@pytest.mark.parametrize(
    ("settings", "code", "words"),
    [
        ("engine: postgres, version: '17', readers: 1", "managed-password", "no read replica"),
        ("engine: postgres, version: '17', readers: 16, password: generated", "out-of-range", "15"),
        (f"{AURORA}, storage: 50", "unused-setting", "'storage' is a setting of an RDS instance"),
        (f"{AURORA}, iops: 3000", "unused-setting", "'iops'"),
        (f"{AURORA}, {REPLICA.partition(', ')[2].partition(', ')[2]}", "unused-setting", "'replicate_backups'"),
        ("engine: postgres, version: '17', serverless: {max: 2}", "unused-setting", "'serverless' is a setting of an"),
        ("engine: postgres, version: '17', io_optimized: true", "unused-setting", "'io_optimized'"),
        (AURORA.replace("t4g.medium", "t4g.micro"), "not-allowed", "aurora-postgresql has no db.t4g.micro"),
        (AURORA.replace("t4g.medium", "m6g.large"), "not-allowed", "has no db.m6g.large"),
        (AURORA.replace("17", "10"), "ended-value", "AWS ended aurora-postgresql 10"),
        (AURORA.replace("17", "17.4"), "unknown-version", "no major version '17.4'"),
        (SERVERLESS.replace("0.5", "9"), "scale-limits", "8 ACUs are fewer than at least 9"),
        (SERVERLESS.replace("0.5", "0.7"), "out-of-range", ""),
        (SERVERLESS.replace("max: 8", "max: 8, pause_seconds: 300"), "unused-setting", "never pauses"),
        (SERVERLESS.replace("0.5", "0") + ", proxy: {}", "unused-setting", "the proxy keeps connections"),
        (f"{PROXIED.replace('{}', '{idle_percent: 95}')}", "scale-limits", "more connections would be kept idle"),
        (f"{USERS}, iam_authentication: false", "unused-setting", "IAM tokens"),
        (f"{USERS}, username: app", "reserved-name", "'app' is the master user"),
        (f"{AURORA}, engine_parameters: {{rds.force_ssl: 0}}", "insecure-parameter", "without TLS"),
        (
            "engine: aurora-mysql, version: '8.0', instance: db.t3.medium, performance_insights: true",
            "no-performance-insights",
            "aurora-mysql on db.t3.medium",
        ),
        (RESTORED.replace("us-east-1", "eu-west-1"), "bad-value", "the snapshot is in eu-west-1"),
        (RESTORED.replace(":snapshot", ":cluster-snapshot"), "bad-value", "a snapshot of a cluster"),
        ("engine: postgres, version: '17', restore_from: '-x'", "bad-value", "the name or the ARN of a snapshot"),
    ],
)
def test_faults_of_settings_that_do_not_go_together(settings: str, code: str, words: str) -> None:
    found = faults(spec(settings))
    assert {one.code for one in found} == {code}
    assert words in found[0].message
