"""Lifecycle rules of a bucket: cheaper storage, expiry, former versions, unfinished uploads."""

from __future__ import annotations

from dataclasses import dataclass

from troposphere import s3


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Lifecycle:
    """Days until each storage class; None for a class that is not used."""

    infrequent_access: int | None
    glacier_instant: int | None
    glacier: int | None
    deep_archive: int | None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Versions:
    """Days until objects, former versions (None without versioning) and unfinished uploads go."""

    expire: int | None
    noncurrent: int | None
    uploads: int


def lifecycle_rules(lifecycle: Lifecycle, versions: Versions) -> list[s3.LifecycleRule]:
    """At least one rule: that for unfinished uploads."""
    unfinished = s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=versions.uploads)
    rules = [s3.LifecycleRule(Id="unfinished-uploads", Status="Enabled", AbortIncompleteMultipartUpload=unfinished)]
    transitions = _transitions(lifecycle)
    if transitions or versions.expire:
        moves = {"Transitions": transitions} if transitions else {}
        end = {"ExpirationInDays": versions.expire} if versions.expire else {}
        rules.append(s3.LifecycleRule(Id="objects", Status="Enabled", **moves, **end))
    if versions.noncurrent:
        rules.append(_former(versions))
    return rules


def _transitions(lifecycle: Lifecycle) -> list[s3.LifecycleRuleTransition]:
    days = (
        ("STANDARD_IA", lifecycle.infrequent_access),
        ("GLACIER_IR", lifecycle.glacier_instant),
        ("GLACIER", lifecycle.glacier),
        ("DEEP_ARCHIVE", lifecycle.deep_archive),
    )
    return [
        s3.LifecycleRuleTransition(StorageClass=storage_class, TransitionInDays=after)
        for storage_class, after in days
        if after is not None
    ]


def _former(versions: Versions) -> s3.LifecycleRule:
    # with an expiry S3 removes the markers by itself, and refuses to be told both
    markers = {} if versions.expire else {"ExpiredObjectDeleteMarker": True}
    expiration = s3.NoncurrentVersionExpiration(NoncurrentDays=versions.noncurrent)
    return s3.LifecycleRule(Id="former-versions", Status="Enabled", NoncurrentVersionExpiration=expiration, **markers)
