"""What protects every bucket of this room: encryption, no public access, the bucket's owner alone, an object lock."""

from __future__ import annotations

from troposphere import s3

from compiler.kinds.buckets.settings import ObjectLock
from compiler.program.component import Value
from compiler.program.encode import alike
from compiler.shared.platform_key import KEY_ARN
from compiler.source.json_value import Json


def encryption(key: Value | None) -> s3.BucketEncryption:
    """By a customer managed key, or one that S3 owns."""
    if key is None:
        return _by_s3()
    default = s3.ServerSideEncryptionByDefault(SSEAlgorithm="aws:kms", KMSMasterKeyID=key)
    return _encryption(BucketKeyEnabled=True, ServerSideEncryptionByDefault=default)


@alike
def encryption_by_platform() -> s3.BucketEncryption:
    """By the platform's key."""
    return encryption(KEY_ARN)


@alike
def _by_s3() -> s3.BucketEncryption:
    return _encryption(ServerSideEncryptionByDefault=s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256"))


def _encryption(**rule: Json) -> s3.BucketEncryption:
    return s3.BucketEncryption(ServerSideEncryptionConfiguration=[s3.ServerSideEncryptionRule(**rule)])


@alike
def versioning(enabled: bool) -> s3.VersioningConfiguration:
    return s3.VersioningConfiguration(Status="Enabled" if enabled else "Suspended")


@alike
def ownership() -> s3.OwnershipControls:
    return s3.OwnershipControls(Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")])


@alike
def access_block(public: bool) -> s3.PublicAccessBlockConfiguration:
    return s3.PublicAccessBlockConfiguration(
        BlockPublicAcls=True,
        BlockPublicPolicy=not public,
        IgnorePublicAcls=True,
        RestrictPublicBuckets=not public,
    )


def object_lock(lock: ObjectLock) -> dict[str, Json]:
    retention = s3.DefaultRetention(Days=lock.days, Mode=lock.mode.upper())
    rule = s3.ObjectLockRule(DefaultRetention=retention)
    return {
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": s3.ObjectLockConfiguration(ObjectLockEnabled="Enabled", Rule=rule),
    }
