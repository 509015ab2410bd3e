"""Keys: who may use them, their policy, and what stays of them."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
"""
USER = "functions: {job: {runtime: python3.13, code: job, handler: app.handler, uses: {records: use}}}"


def built(text: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}", environment)))


def test_use_allows_encryption_with_that_key_only() -> None:
    found = built(f"keys: {{records: {{}}, others: {{}}}}\n{USER}")
    (use,) = found["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert use["Resource"] == [{"Ref": "RecordsKeyArn"}]
    assert use["Action"] == [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
    ]


def test_use_does_not_allow_to_administer_the_key() -> None:
    (use,) = built(f"keys: {{records: {{}}}}\n{USER}")["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert not any("*" in action or action.startswith(("kms:Put", "kms:Schedule")) for action in use["Action"])
    assert "kms:CreateGrant" not in use["Action"]


def test_use_gives_the_arn() -> None:
    found = built(f"keys: {{records: {{}}}}\n{USER}")
    assert found["JobFunction"]["Properties"]["Environment"]["Variables"] == {"RECORDS_ARN": {"Ref": "RecordsKeyArn"}}


def test_a_key_rotates_and_is_opened_by_policies_of_this_account() -> None:
    properties = built("keys: {records: {rotation_days: 180}}")["RecordsKey"]["Properties"]
    assert properties["EnableKeyRotation"] is True and properties["RotationPeriodInDays"] == 180
    account, people = properties["KeyPolicy"]["Statement"]
    assert account["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    assert (people["Effect"], people["Action"]) == ("Deny", ["kms:CreateGrant"])


@pytest.mark.parametrize(("environment", "policy"), [("dev", "Delete"), ("prod", "Retain")])
def test_what_stays_is_up_to_the_posture(environment: str, policy: str) -> None:
    assert built("keys: {records: {}}", environment)["RecordsKey"]["DeletionPolicy"] == policy


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{rotation_days: 30}", "out-of-range"),
        ("{deletion_days: 3}", "out-of-range"),
        ("{keep: snapshot}", "not-allowed"),
        ("{rotation: true}", "unknown-property"),
    ],
)
def test_what_a_key_can_not_be(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}keys: {{records: {settings}}}")} == {code}


PRIMARY = "arn:aws:kms:%s:222222222222:key/mrk-1234abcd12ab34cd56ef1234567890ab"


def test_a_replica_has_the_policy_of_a_key_and_the_material_of_its_primary() -> None:
    text = "platform: demo\nenvironments: {dev: {posture: production}}\nkeys: {own: {replica_of: '%s'}}"
    found = resources(compiled(text % (PRIMARY % "eu-west-1")))
    replica = found["OwnKeyReplica"]
    assert (replica["Type"], replica["Properties"]["PrimaryKeyArn"]) == ("AWS::KMS::ReplicaKey", PRIMARY % "eu-west-1")
    assert [one["Sid"] for one in replica["Properties"]["KeyPolicy"]["Statement"]] == [
        "AccountAdministration",
        "GrantsOnlyForServices",
    ]
    assert found["OwnKeyAlias"]["Properties"]["TargetKeyId"] == {"Ref": "OwnKeyReplica"}
    assert [one.code for one in faults(text % (PRIMARY % "us-east-1"))] == ["replica-region"]
    assert [
        one.code for one in faults(text.replace("own: {", "own: {multi_region: true, ") % (PRIMARY % "eu-west-1"))
    ] == ["unused-setting"]


def test_a_replica_rotates_with_its_primary() -> None:
    """KMS user guide, rotating multi-Region keys: rotation is a property that KMS keeps alike in all of them."""
    primary = "arn:aws:kms:eu-west-1:222222222222:key/mrk-1234abcd12ab34cd56ef1234567890ab"
    (found,) = faults(f"{HEAD}keys: {{records: {{replica_of: '{primary}', rotation_days: 180}}}}")
    assert (found.code, found.component) == ("unused-setting", "keys.records")
    assert found.message == "a replica rotates with its primary key, as that one's setting says"
    assert found.suggestion == "set 'rotation_days' for the primary key, and remove it here"
    assert not faults(f"{HEAD}keys: {{records: {{replica_of: '{primary}'}}}}")
