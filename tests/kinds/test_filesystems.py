"""File systems: who may mount them and how, and what a spec can get wrong."""

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
SERVICE = "services: {web: {image: 'nginx:1', uses: {files: mount}}}"


def built(text: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}{text}", environment)))


def file_system(settings: str, environment: str = "dev") -> dict[str, Json]:
    body: dict[str, Json] = built(f"filesystems: {{files: {settings}}}", environment)["FilesFileSystem"]
    return body


def mounted() -> dict[str, Json]:
    return built(f"filesystems: {{files: {{access_points: {{up-loads: {{}}}}}}, others: {{}}}}\n{SERVICE}")


def test_mount_allows_reading_and_writing_through_the_access_points() -> None:
    (mount,) = mounted()["WebServiceAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert mount["Action"] == ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
    assert mount["Resource"] == [{"Ref": "FilesFileSystemArn"}]
    points = [{"Ref": "FilesFileSystemUpLoadsAccessPointArn"}]
    assert mount["Condition"] == {"StringEquals": {"elasticfilesystem:AccessPointArn": points}}


def test_mount_allows_no_more_than_that() -> None:
    (mount,) = mounted()["WebServiceAccess"]["Properties"]["PolicyDocument"]["Statement"]
    assert "elasticfilesystem:ClientRootAccess" not in mount["Action"]
    assert "OthersFileSystem" not in str(mounted()["WebServiceAccess"])
    assert not any(name.startswith("Others2049") for name in mounted())


def test_mount_opens_the_port_and_gives_the_ids() -> None:
    found = mounted()
    rule = found["FilesFileSystem2049FromWebService"]["Properties"]
    assert (rule["FromPort"], rule["GroupId"]) == (2049, {"Ref": "FilesFileSystemSecurityGroup"})
    (container,) = found["WebServiceTaskDefinition"]["Properties"]["ContainerDefinitions"]
    assert {one["Name"] for one in container["Environment"]} == {"FILES_ID", "FILES_ACCESS_POINT_UP_LOADS"}


def test_users_wait_for_the_mount_targets() -> None:
    stacks = {child.name: child for child in compiled(f"{HEAD}filesystems: {{files: {{}}}}\n{SERVICE}").children}
    assert "data" in stacks["compute"].depends_on
    assert {"FilesFileSystemMountTarget1", "FilesFileSystemMountTarget2"} <= stacks["data"].body["Resources"].keys()


def test_a_file_system_is_encrypted_and_only_iam_over_tls_gets_in() -> None:
    properties = file_system("{}")["Properties"]
    assert (properties["Encrypted"], properties["KmsKeyId"]) == (True, {"Ref": "PlatformKeyArn"})
    (deny,) = properties["FileSystemPolicy"]["Statement"]
    assert (deny["Effect"], deny["Principal"]) == ("Deny", {"AWS": "*"})
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_mount_targets_let_nobody_in_by_themselves() -> None:
    found = built("filesystems: {files: {}}")
    assert "SecurityGroupIngress" not in found["FilesFileSystemSecurityGroup"]["Properties"]
    assert found["FilesFileSystemMountTarget1"]["Properties"]["SubnetId"] == {"Ref": "PrivateSubnet1"}


def test_an_access_point_has_one_user() -> None:
    settings = "{access_points: {web: {uid: 7, gid: 8}}}"
    properties = built(f"filesystems: {{files: {settings}}}")["FilesFileSystemWebAccessPoint"]["Properties"]
    assert properties["PosixUser"] == {"Uid": "7", "Gid": "8"}
    assert properties["RootDirectory"] == {
        "Path": "/web",
        "CreationInfo": {"OwnerUid": "7", "OwnerGid": "8", "Permissions": "0750"},
    }


def test_each_move_of_files_is_a_policy_of_its_own() -> None:
    settings = "{infrequent_access_days: 1, archive_days: 90, back_on_access: true}"
    assert file_system(settings)["Properties"]["LifecyclePolicies"] == [
        {"TransitionToIA": "AFTER_1_DAY"},
        {"TransitionToArchive": "AFTER_90_DAYS"},
        {"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
    ]
    assert "LifecyclePolicies" not in file_system("{infrequent_access_days: 0}")["Properties"]


def test_the_posture_decides_what_stays() -> None:
    dev, prod = file_system("{}"), file_system("{}", "prod")
    assert (dev["DeletionPolicy"], prod["DeletionPolicy"]) == ("Delete", "Retain")
    assert dev["Properties"]["BackupPolicy"] == {"Status": "DISABLED"}
    assert prod["Properties"]["BackupPolicy"] == {"Status": "ENABLED"}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("{throughput: provisioned}", "missing-property"),
        ("{provisioned_mibps: 5}", "unused-setting"),
        ("{throughput: bursting, archive_days: 90}", "archive-storage"),
        ("{archive_days: 30}", "lifecycle-order"),
        ("{archive_days: 31}", "not-allowed"),
        ("{access_points: {a-b: {}, a_b: {}}}", "duplicate-name"),
        ("{access_points: {a: {path: relative}}}", "bad-value"),
    ],
)
def test_what_a_file_system_can_not_be(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}filesystems: {{files: {settings}}}")} == {code}
