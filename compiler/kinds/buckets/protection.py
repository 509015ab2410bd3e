"""What protects every bucket of this room: encryption, no public access, the bucket's owner alone, an object lock."""

from __future__ import annotations

import functools

from troposphere import s3

from compiler.kinds.buckets.settings import ObjectLock
from compiler.program.component import Value
from compiler.source.json_value import Json


def encryption(key: Value | None) -> s3.BucketEncryption:
    """By a customer managed key, or S3's own."""
    if key is None:
        default = {"ServerSideEncryptionByDefault": s3.ServerSideEncryptionByDefault(SSEAlgorithm="AES256")}
    else:
        by_key = s3.ServerSideEncryptionByDefault(SSEAlgorithm="aws:kms", KMSMasterKeyID=key)
        default = {"BucketKeyEnabled": True, "ServerSideEncryptionByDefault": by_key}
    return s3.BucketEncryption(ServerSideEncryptionConfiguration=[s3.ServerSideEncryptionRule(**default)])


@functools.cache
def ownership() -> s3.OwnershipControls:
    return s3.OwnershipControls(Rules=[s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")])


@functools.cache
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
