"""Backups: what is copied and by whose permission, how long it stays, and what a spec can get wrong."""

from __future__ import annotations

import pytest

from compiler.program.intrinsics import targets
from compiler.source.json_value import Json
from tests.kinds.building import faults, platform, resources, roots

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
tables: {orders: {key: id}, others: {key: id}}
"""
SOURCES = {
    "databases: {main: {engine: postgres, version: '17'}}": (
        "main",
        "rds:CreateDBSnapshot",
        "MainDatabaseDBInstanceArn",
    ),
    "filesystems: {files: {}}": ("files", "elasticfilesystem:Backup", "FilesFileSystemArn"),
}


def built(settings: str, environment: str = "dev", more: str = "") -> dict[str, Json]:
    text = f"{HEAD}{more}\nbackups: {{nightly: {settings}}}"
    return {name: body for root in roots(text, environment) for name, body in resources(root).items()}


def access(found: dict[str, Json]) -> list[Json]:
    statements: list[Json] = found["NightlyBackupAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return statements


def test_a_table_is_copied_with_permission_on_itself_only() -> None:
    found = built("{of: [orders]}")
    start, copies, key = access(found)
    table = "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${OrdersTable}"
    assert "dynamodb:StartAwsBackupJob" in start["Action"]
    assert start["Resource"] == [{"Fn::Sub": table}]
    assert copies["Resource"] == [{"Fn::Sub": f"{table}/backup/*"}]
    assert key["Condition"] == {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}
    assert "OthersTable" not in str(access(found))
    assert not any("*" in action for one in access(found) for action in one["Action"])


@pytest.mark.parametrize("section", SOURCES)
def test_a_source_says_what_its_backup_needs(section: str) -> None:
    name, action, arn = SOURCES[section]
    found = built(f"{{of: [{name}]}}", more=section)
    (statement, *_) = access(found)
    assert action in statement["Action"]
    assert statement["Resource"][0] == {"Ref": arn}
    chosen = found["NightlyBackupSelection"]["Properties"]["BackupSelection"]
    assert chosen["Resources"] == [{"Ref": arn}]


def test_the_role_is_for_this_account_and_the_platforms_key() -> None:
    role = built("{of: [orders]}")["NightlyBackupRole"]["Properties"]
    (trusted,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": "backup.amazonaws.com"}
    assert trusted["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert "ManagedPolicyArns" not in role
    *_, key, grants = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert (key["Resource"], grants["Resource"]) == ([{"Ref": "PlatformKeyArn"}], [{"Ref": "PlatformKeyArn"}])
    assert grants["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}


def test_nothing_is_chosen_before_the_role_may_copy_it() -> None:
    assert built("{of: [orders]}")["NightlyBackupSelection"]["DependsOn"] == ["NightlyBackupAccess"]


def test_a_vault_is_encrypted_and_its_posture_decides_what_stays() -> None:
    dev, prod = (built("{of: [orders]}", one)["NightlyBackupVault"] for one in ("dev", "prod"))
    assert dev["Properties"] == {"BackupVaultName": "demo-dev-nightly", "EncryptionKeyArn": {"Ref": "PlatformKeyArn"}}
    assert (dev["DeletionPolicy"], prod["DeletionPolicy"]) == ("Delete", "Retain")


def test_rules_become_the_plan() -> None:
    settings = "{of: [orders], rules: {weekly: {keep_days: 120, cold_after_days: 30, timezone: Europe/Berlin}}}"
    (rule,) = built(settings)["NightlyBackupPlan"]["Properties"]["BackupPlan"]["BackupPlanRule"]
    assert rule["Lifecycle"] == {"DeleteAfterDays": 120, "MoveToColdStorageAfterDays": 30}
    assert (rule["RuleName"], rule["ScheduleExpressionTimezone"]) == ("weekly", "Europe/Berlin")
    assert rule["TargetBackupVault"] == {"Ref": "NightlyBackupVault"}


def test_a_lock_is_final_only_when_the_spec_says_so() -> None:
    lock = built("{of: [orders], lock: {min_days: 3}}")["NightlyBackupVault"]["Properties"]["LockConfiguration"]
    assert lock == {"MinRetentionDays": 3}
    final = "{of: [orders], lock: {min_days: 3, max_days: 9, final_after_days: 5}}"
    lock = built(final)["NightlyBackupVault"]["Properties"]["LockConfiguration"]
    assert lock == {"MinRetentionDays": 3, "MaxRetentionDays": 9, "ChangeableForDays": 5}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{}", "missing-property"),
        ("{of: []}", "out-of-range"),
        ("{of: [nobody]}", "unknown-component"),
        ("{of: [encryption]}", "wrong-kind"),
        ("{of: [orders], rules: {daily: {keep_days: 100, cold_after_days: 30}}}", "cold-storage"),
        ("{of: [orders], rules: {daily: {complete_minutes: 120, start_minutes: 90}}}", "short-window"),
        ("{of: [orders], rules: {daily: {schedule: rate(1 day)}}}", "bad-schedule"),
        ("{of: [orders], lock: {min_days: 36}}", "vault-lock"),
        ("{of: [orders], lock: {min_days: 3, max_days: 2}}", "vault-lock"),
    ],
)
def test_what_a_backup_can_not_be(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}backups: {{nightly: {settings}}}")} == {code}


VAULT = "arn:aws:backup:eu-west-1:222222222222:backup-vault:far"
KEY = "arn:aws:kms:eu-west-1:222222222222:key/1234"


def rules_of(found: dict[str, Json]) -> dict[str, Json]:
    plan = found["NightlyBackupPlan"]["Properties"]["BackupPlan"]["BackupPlanRule"]
    return {one["RuleName"]: one for one in plan}


def role_statements(found: dict[str, Json]) -> dict[str, Json]:
    document = found["NightlyBackupRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    return {one["Sid"]: one for one in document["Statement"]}


def test_without_copies_there_is_no_permission_to_copy() -> None:
    found = built("{of: [orders]}")
    assert "CopyActions" not in rules_of(found)["daily"]
    assert set(role_statements(found)) == {"Vault", "Points", "Tags", "Key", "KeyForServices"}
    assert not any("Recovery" in name for name in found)


def test_copies_go_into_a_vault_that_is_there() -> None:
    copies = f"copies: [{{vault: '{VAULT}', key: '{KEY}', keep_days: 120, cold_after_days: 30}}]"
    found = built(f"{{of: [orders], rules: {{daily: {{{copies}}}, weekly: {{copies: [{{vault: '{VAULT}'}}]}}}}}}")
    rules = rules_of(found)
    assert rules["daily"]["CopyActions"] == [
        {
            "DestinationBackupVaultArn": VAULT,
            "Lifecycle": {"DeleteAfterDays": 120, "MoveToColdStorageAfterDays": 30},
        }
    ]
    assert rules["weekly"]["CopyActions"][0]["Lifecycle"] == {"DeleteAfterDays": 7}
    allowed = role_statements(found)
    assert allowed["CopyInto"]["Action"] == ["backup:CopyIntoBackupVault", "backup:DescribeBackupVault"]
    assert allowed["CopyInto"]["Resource"] == [VAULT]
    assert allowed["CopyKeys"]["Resource"] == allowed["CopyKeysForServices"]["Resource"] == [KEY]
    assert allowed["CopyKeysForServices"]["Condition"] == {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    assert "*" not in allowed["CopyFrom"]["Resource"]
    assert "CopySnapshots" not in allowed


RECOVERY = "{of: [orders], recovery: {region: us-west-2}, lock: {min_days: 5}, rules: {daily: {copy_days: 9}, all: {}}}"


def test_a_copy_of_each_backup_goes_to_the_recovery_region() -> None:
    found = built(RECOVERY)
    arn = {"Ref": "NightlyBackupRecoveryVaultBackupVaultArn"}
    days = {name: one["CopyActions"] for name, one in rules_of(found).items()}
    assert days == {
        "daily": [{"DestinationBackupVaultArn": arn, "Lifecycle": {"DeleteAfterDays": 9}}],
        "all": [{"DestinationBackupVaultArn": arn, "Lifecycle": {"DeleteAfterDays": 7}}],
    }
    assert role_statements(found)["CopyInto"]["Resource"] == [arn]


@pytest.mark.parametrize(("environment", "policy"), [("dev", "Delete"), ("prod", "Retain")])
def test_the_recovery_vault_has_a_key_and_the_lock_of_the_first(environment: str, policy: str) -> None:
    found = built(RECOVERY, environment)
    vault, key = found["NightlyBackupRecoveryVault"], found["NightlyBackupRecoveryKey"]
    assert vault["Properties"] == {
        "BackupVaultName": f"demo-{environment}-nightly-recovery",
        "EncryptionKeyArn": {"Fn::GetAtt": ["NightlyBackupRecoveryKey", "Arn"]},
        "LockConfiguration": {"MinRetentionDays": 5},
    }
    assert key["Properties"]["EnableKeyRotation"] is True
    assert (vault["DeletionPolicy"], key["DeletionPolicy"]) == (policy, policy)


def test_what_is_in_the_recovery_region_points_at_nothing_here() -> None:
    one = platform(f"{HEAD}\nbackups: {{nightly: {RECOVERY}}}")
    nightly = one.components["backups.nightly"]
    assert nightly.elsewhere(one) == {
        "NightlyBackupRecoveryKey": "us-west-2",
        "NightlyBackupRecoveryVault": "us-west-2",
    }
    found = built(RECOVERY)
    for name in nightly.elsewhere(one):
        assert {target.logical_id for target in targets(found[name])} <= {"NightlyBackupRecoveryKey"}


def test_snapshots_of_databases_are_copied_by_name_in_both_regions() -> None:
    more = "databases: {main: {engine: postgres, version: '17'}}"
    allowed = role_statements(built("{of: [main], recovery: {region: us-west-2}}", more=more))
    resources = [one["Fn::Sub"] for one in allowed["CopySnapshots"]["Resource"]]
    assert len(resources) == 4 and all(":awsbackup:*" in one for one in resources)
    assert any(":rds:us-west-2:" in one for one in resources)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{of: [orders], recovery: {region: us-east-1}}", "recovery-region"),
        ("{of: [orders], recovery: {}}", "missing-property"),
        ("{of: [orders], rules: {daily: {copy_days: 9}}}", "unused-setting"),
        (
            "{of: [orders], recovery: {region: us-west-2}, lock: {min_days: 5}, rules: {daily: {copy_days: 4}}}",
            "vault-lock",
        ),
        ("{of: [orders], rules: {daily: {copies: [{vault: far}]}}}", "bad-value"),
        (
            f"{{of: [orders], rules: {{daily: {{copies: [{{vault: '{VAULT}',"
            " keep_days: 99, cold_after_days: 30}]}}}",
            "cold-storage",
        ),
        (
            f"{{of: [orders], rules: {{daily: {{copies: [{{vault: '{VAULT}',"
            " key: 'arn:aws:kms:eu-west-1:333333333333:key/1'}]}}}",
            "recovery-region",
        ),
        ("{of: [plain]}", "no-versioning"),
    ],
)
def test_what_a_copy_can_not_be(settings: str, code: str) -> None:
    text = f"{HEAD}buckets: {{plain: {{versioning: false}}}}\nbackups: {{nightly: {settings}}}"
    assert {one.code for one in faults(text)} == {code}
