"""Databases that start from automated backups, or that follow an instance of another region."""

from __future__ import annotations

import json

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = "platform: demo\nregion: us-west-2\nenvironments: {prod: {posture: production}}\n"
ACCOUNT = "222222222222"
BACKUPS = f"arn:aws:rds:us-west-2:{ACCOUNT}:auto-backup:ab-l2ijcexjp7xq7hoj4siexample"
SOURCE = f"arn:aws:rds:us-east-1:{ACCOUNT}:db:orders"
SECRET = f"arn:aws:secretsmanager:us-west-2:{ACCOUNT}:secret:orders-AbCdEf"
KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
RESTORED = f"restore_from: '{BACKUPS}'"
USER = "services: {web: {image: 'public.ecr.aws/docker/library/nginx:1.27', uses: {main: connect}}}\n"


def replica(**changed: str | bool) -> str:
    source = {"database": SOURCE, "secret": SECRET, "key": KEY, **changed}
    return f"replica_of: {json.dumps(source)}"


def spec(settings: str, engine: str = "postgres, version: '17'") -> str:
    return f"{HEAD}{USER}databases: {{main: {{engine: {engine}, {settings}}}}}"


def built(settings: str) -> Json:
    return resources(compiled(spec(settings), "prod"))


def instance(settings: str) -> Json:
    return built(settings)["MainDatabase"]["Properties"]


def test_extensions_of_a_replica_come_with_its_data() -> None:
    """PostgreSQL creates none where nothing can be written."""
    found = built(f"{replica()}, extensions: [vector, pg_cron]")
    assert not [name for name in found if "Extensions" in name]
    assert "pg_cron" in str(found["MainDatabaseParameters"])
    assert "Extensions" not in str(found["WebService"].get("DependsOn"))


def test_extensions_are_created_in_a_promoted_replica_by_its_own_secret() -> None:
    found = built(f"{replica().replace('}', ', promoted: true}')}, extensions: [vector]")
    assert "MainDatabaseExtensionsDeployStep" in found
    (one,) = found["MainDatabaseExtensionsFunctionRole"]["Properties"]["Policies"]
    statements = one["PolicyDocument"]["Statement"]
    assert [said["Resource"] for said in statements if said["Action"] == ["kms:Decrypt"]] == [[KEY]]
    assert [said["Resource"] for said in statements if "secretsmanager:GetSecretValue" in said["Action"]] == [[SECRET]]


@pytest.mark.parametrize(
    ("more", "time"),
    [
        ("", {"UseLatestRestorableTime": True}),
        (", restore_time: 2027-05-01T12:30:00Z", {"RestoreTime": "2027-05-01T12:30:00Z"}),
    ],
)
def test_automated_backups_bring_names_and_encryption_along(more: str, time: Json) -> None:
    found = instance(RESTORED + more)
    assert {key: found[key] for key in found if key.startswith(("Source", "Restore", "UseLatest"))} == {
        "SourceDBInstanceAutomatedBackupsArn": BACKUPS,
        **time,
    }
    assert not {"DBName", "MasterUsername", "StorageEncrypted", "KmsKeyId", "DBSnapshotIdentifier"} & found.keys()
    assert found["ManageMasterUserPassword"] is True


@pytest.mark.parametrize("origin", [RESTORED, "restore_from: orders-2027-05-01", replica(), replica(promoted=True)])
def test_storage_that_grew_by_itself_is_not_made_smaller(origin: str) -> None:
    assert instance(f"{origin}, storage: 100")["AllocatedStorage"] == "100"
    found = instance(f"{origin}, storage: 100, max_storage: 500")
    assert "AllocatedStorage" not in found and found["MaxAllocatedStorage"] == 500
    assert instance("storage: 100, max_storage: 500")["AllocatedStorage"] == "100"


def test_readers_of_a_restored_database_have_its_storage() -> None:
    found = built("restore_from: orders-2027-05-01, password: generated, readers: 1, max_storage: 500")
    assert "AllocatedStorage" not in found["MainDatabaseReplica1"]["Properties"]


def test_a_replica_has_the_key_of_its_region_and_what_its_source_has_not_set() -> None:
    found = instance(replica())
    assert (found["SourceDBInstanceIdentifier"], found["SourceRegion"]) == (SOURCE, "us-east-1")
    assert found["KmsKeyId"] == {"Ref": "PlatformKeyArn"}
    inherited = {"DBName", "MasterUsername", "MasterUserPassword", "ManageMasterUserPassword", "StorageEncrypted"}
    assert not {*inherited, "BackupRetentionPeriod", "PreferredBackupWindow", "EngineVersion"} & found.keys()


def test_a_promotion_takes_away_the_source_alone_and_adds_backups() -> None:
    before, after = instance(replica()), instance(replica().replace("}", ", promoted: true}"))
    assert before.keys() - after.keys() == {"SourceDBInstanceIdentifier"}
    assert after.keys() - before.keys() == {"BackupRetentionPeriod"}
    assert {key: before[key] for key in before.keys() & after.keys()} == {
        key: after[key] for key in before.keys() & after.keys()
    }


@pytest.mark.parametrize("promoted", [False, True])
@pytest.mark.parametrize(("more", "standby"), [("", True), (", multi_az: false", False)])
def test_a_replica_has_a_standby_as_the_spec_says(promoted: bool, more: str, standby: bool) -> None:
    """Whatever its source has (API reference of RDS, CreateDBInstanceReadReplica, MultiAZ)."""
    assert instance(replica(promoted=promoted) + more)["MultiAZ"] is standby


def test_users_of_a_replica_read_the_copy_of_its_secret() -> None:
    found = built(replica())
    assert "MainDatabaseSecret" not in found
    (task,) = [body for body in found.values() if body["Type"] == "AWS::ECS::TaskDefinition"]
    assert json.dumps(task).count(f"{SECRET}:password::") == 1
    statements = json.dumps([body for body in found.values() if body["Type"].startswith("AWS::IAM::")])
    assert SECRET in statements
    assert KEY in statements


WRONG = (
    (replica(database=SOURCE.replace("us-east-1", "us-west-2")), "replica-region", "the source is in us-west-2"),
    (replica(secret=SECRET.replace("us-west-2", "us-east-1")), "replica-region", "it is in us-east-1"),
    (replica(key=KEY.replace("us-west-2", "us-east-1")), "replica-region", "it is in us-east-1"),
    (replica() + ", proxy: {}", "unused-setting", "a read replica has no 'proxy'"),
    (replica() + ", readers: 1", "unused-setting", "a read replica has no 'readers'"),
    (replica() + f", {RESTORED}", "unused-setting", "a read replica has no 'restore_from'"),
    (
        replica() + f", replicate_backups: {{region: us-east-1, key: '{KEY.replace('us-west-2', 'us-east-1')}'}}",
        "unused-setting",
        "a read replica has no 'replicate_backups'",
    ),
    ("secret_replicas: {us-east-2: {}}", "missing-property", "the copies need a KMS key of us-east-2"),
    (f"secret_replicas: {{us-west-2: {{key: '{KEY}'}}}}, password: generated", "replica-region", "the secret itself"),
    ("restore_time: 2027-05-01T12:30:00Z", "unused-setting", "only automated backups can be restored to a time"),
    (RESTORED + ", restore_time: 2027-02-30T12:30:00Z", "bad-value", "is no time of the calendar"),
    (RESTORED.replace("us-west-2", "us-east-1"), "bad-value", "is in us-east-1"),
)


@pytest.mark.parametrize(("settings", "code", "said"), WRONG)
def test_what_does_not_go_together(settings: str, code: str, said: str) -> None:
    found = [(one.code, said in one.message) for one in faults(spec(settings))]
    assert (code, True) in found


def test_a_secret_that_rds_keeps_is_not_copied() -> None:
    key = KEY.replace("us-west-2", "us-east-2")
    aurora = "aurora-postgresql, version: '17', instance: db.r7g.large"
    (of_cluster,) = faults(spec(f"secret_replicas: {{us-east-2: {{key: '{key}'}}}}", aurora))
    assert of_cluster.suggestion == "set 'password: generated', or remove it"
    (found,) = faults(spec(f"secret_replicas: {{us-east-2: {{key: '{key}'}}}}"))
    assert (found.code, found.suggestion) == ("unused-setting", "set 'password: generated', or remove it")
    assert faults(spec(f"secret_replicas: {{us-east-2: {{key: '{key}'}}}}, password: generated")) == ()


@pytest.mark.parametrize("settings", [replica(), RESTORED])
def test_aurora_has_neither(settings: str) -> None:
    found = faults(spec(f"{settings}, instance: db.r7g.large", "aurora-mysql, version: '8.0'"))
    assert {one.code for one in found} == {"unused-setting" if "replica_of" in settings else "bad-value"}
