"""A bucket in another region for copies: where it lies, how it is protected, and what S3 may do to fill it."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from tests.kinds.building import faults, resources, roots

HEAD = "platform: demo\nenvironments: {prod: {posture: production}}\n"
WISH = "recovery: {region: us-west-2, rpo: 1d, rto: 1d}\n"
COPY = "replicate: {region: us-west-2}"
KEY = "arn:aws:kms:us-west-2:222222222222:key/12345678-1234-1234-1234-123456789012"


def built(settings: str, wish: str = WISH) -> tuple[Json, Json, Json]:
    """Resources of the region of the copies and of the platform's own, and the outputs of the first root."""
    found = {one.region: one for one in roots(f"{HEAD}{wish}buckets: {{media: {{{settings}}}}}", "prod")}
    west = found["us-west-2"]
    return resources(west), resources(found["us-east-1"]), west.root.body["Outputs"]


def test_it_lies_in_its_region_with_its_name_as_an_output_there() -> None:
    west, home, outputs = built(COPY)
    assert {name for name in west if name.startswith("Media")} == {"MediaBucketCopy", "MediaBucketCopyPolicy"}
    assert not {name for name in home if name.startswith("MediaBucketCopy")}
    assert "MediaBucketCopyName" in outputs


@pytest.mark.parametrize(
    ("more", "encryption"),
    [
        ("", {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": "RecoveryRegionKeyArn"}}),
        (", receives_logs: true", {"SSEAlgorithm": "AES256"}),
        (", public_read: {reason: Pictures of the shop, paths: ['*']}", {"SSEAlgorithm": "AES256"}),
    ],
)
def test_it_is_private_and_encrypted_whatever_its_source_lets_in(more: str, encryption: Json) -> None:
    west, _, _ = built(COPY + more)
    copy = west["MediaBucketCopy"]["Properties"]
    (rule,) = copy["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"] == encryption
    assert set(copy["PublicAccessBlockConfiguration"].values()) == {True}
    assert copy["VersioningConfiguration"] == {"Status": "Enabled"}
    (statement,) = west["MediaBucketCopyPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Sid"], statement["Effect"]) == ("TlsOnly", "Deny")


def test_what_a_lifecycle_does_here_it_does_there() -> None:
    west, home, _ = built(
        f"{COPY}, expire: 400, noncurrent_days: 30, lifecycle: {{glacier: 90}}, object_lock: {{days: 7}}"
    )
    for name in ("LifecycleConfiguration", "ObjectLockConfiguration", "OwnershipControls"):
        assert west["MediaBucketCopy"]["Properties"][name] == home["MediaBucket"]["Properties"][name]


@pytest.mark.parametrize("key", [None, KEY])
def test_s3_may_write_copies_and_encrypt_them_there(key: str | None) -> None:
    _, home, _ = built(COPY if key is None else COPY.replace("}", f", key: '{key}'}}"), WISH if key is None else "")
    document = home["MediaBucketReplicationPolicy"]["Properties"]["PolicyDocument"]
    found = {one["Sid"]: one for one in document["Statement"]}
    assert "MediaBucketCopyArn" in str(found["Copies"]["Resource"])
    assert set(found["Copies"]["Action"]) == {"s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"}
    assert found["CopiesKey"]["Resource"] == [{"Ref": "RecoveryRegionKeyArn"} if key is None else key]
    assert found["CopiesKey"]["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-west-2.amazonaws.com"}}
    (rule,) = home["MediaBucket"]["Properties"]["ReplicationConfiguration"]["Rules"]
    assert rule["Destination"]["Bucket"] == {"Ref": "MediaBucketCopyArn"}


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        ("replicate: {region: us-east-1}", ["replica-region"]),
        ("replicate: {region: us-west-2, to: other}", ["one-of-two"]),
        ("replicate: {}", ["one-of-two"]),
        ("replicate: {region: us-west-2}, versioning: false", ["no-versioning"]),
        ("replicate: {region: us-west-2, account: '333333333333'}", ["unused-setting"]),
        (f"replicate: {{region: us-west-2, key: '{KEY}'}}, receives_logs: true", ["unused-setting"]),
    ],
)
def test_what_does_not_go_together(settings: str, codes: list[str]) -> None:
    wish = WISH.replace("}", ", otherwise: {media: It is derived data, other: It is derived data}}")
    text = f"{HEAD}{wish}buckets: {{media: {{{settings}}}, other: {{}}}}"
    assert [one.code for one in faults(text)] == codes
