"""A bucket in another region for copies of a bucket's objects, as well protected as the bucket itself.

Nothing of it points at the platform's region, so that it is made first: S3 refuses to replicate into what is not there.
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import AWSObject, s3

from compiler.kinds.buckets.protection import access_block, encryption, object_lock, ownership
from compiler.kinds.buckets.settings import BucketSettings
from compiler.program.component import Platform
from compiler.shared.bucket_events import bucket_events
from compiler.shared.bucket_policy import policy_of
from compiler.shared.keep import deletion
from compiler.shared.recovery_region import copy_key

_NOT_REPLICATED_FURTHER = {"id": "CKV_AWS_144", "comment": "It is the copy"}


def copy_bucket(
    bucket: BucketSettings, platform: Platform, lifecycle: s3.LifecycleConfiguration
) -> Iterator[AWSObject]:
    """The bucket and its policy. What a lifecycle does is not replicated, so that the copies have the same one."""
    said = bucket.replicate
    key = None if bucket.own_key or not said else copy_key(platform, str(said.region), said.key)
    yield s3.Bucket(
        bucket.copy_id,
        BucketEncryption=encryption(key),
        LifecycleConfiguration=lifecycle,
        OwnershipControls=ownership(),
        PublicAccessBlockConfiguration=access_block(public=False),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        Metadata={"checkov": {"skip": [_NOT_REPLICATED_FURTHER]}},
        **(object_lock(bucket.object_lock) if bucket.object_lock else {}),
        **({"NotificationConfiguration": bucket_events()} if bucket.events else {}),
        **deletion(bucket.keep),
    )
    yield policy_of(f"{bucket.copy_id}Policy", bucket.copy_id, ())
