"""Lifecycle rules of a bucket: cheaper storage, expiry, former versions, unfinished uploads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field

from troposphere import s3

from compiler.program.encode import alike
from compiler.source.frozen import frozen


@frozen()
class Lifecycle:
    """Days until each storage class; None for a class that is not used."""

    infrequent_access: int | None = None
    glacier_instant: int | None = None
    glacier: int | None = None
    deep_archive: int | None = None
    intelligent_tiering: int | None = None

    @property
    def steps(self) -> Iterator[tuple[str, int]]:
        """Storage class and days, in the order that S3 moves objects in."""
        days = (
            ("STANDARD_IA", self.infrequent_access),
            ("INTELLIGENT_TIERING", self.intelligent_tiering),
            ("GLACIER_IR", self.glacier_instant),
            ("GLACIER", self.glacier),
            ("DEEP_ARCHIVE", self.deep_archive),
        )
        return ((storage_class, after) for storage_class, after in days if after is not None)


@frozen()
class Below(Lifecycle):
    """What becomes of the objects below a prefix."""

    expire: int | None = None


@frozen()
class Versions:
    """Days until objects, former versions (None without versioning) and unfinished uploads go."""

    expire: int | None
    noncurrent: int | None
    uploads: int


@frozen()
class Further:
    """What moves besides all objects: those below a prefix, and former versions."""

    below: Mapping[str, Below] = field(default_factory=dict)
    former: Lifecycle = field(default_factory=Lifecycle)


def lifecycle_rules(lifecycle: Lifecycle, versions: Versions, further: Further | None = None) -> list[s3.LifecycleRule]:
    """At least one rule: that for unfinished uploads."""
    rules = [_unfinished(versions.uploads)]
    more = further or Further()
    rules += _objects("objects", lifecycle, versions.expire)
    for prefix, one in sorted(more.below.items()):
        rules += _objects(f"objects-{prefix}", one, one.expire, Prefix=prefix)
    if versions.noncurrent:
        rules.append(_former(more.former, versions))
    return rules


@alike
def _unfinished(days: int) -> s3.LifecycleRule:
    after = s3.AbortIncompleteMultipartUpload(DaysAfterInitiation=days)
    return s3.LifecycleRule(Id="unfinished-uploads", Status="Enabled", AbortIncompleteMultipartUpload=after)


def _objects(rule_id: str, lifecycle: Lifecycle, expire: int | None, **limits: str) -> Iterator[s3.LifecycleRule]:
    transitions = [
        s3.LifecycleRuleTransition(StorageClass=storage_class, TransitionInDays=after)
        for storage_class, after in lifecycle.steps
    ]
    if transitions or expire:
        moves = {"Transitions": transitions} if transitions else {}
        end = {"ExpirationInDays": expire} if expire else {}
        yield s3.LifecycleRule(Id=rule_id, Status="Enabled", **limits, **moves, **end)


def _former(lifecycle: Lifecycle, versions: Versions) -> s3.LifecycleRule:
    transitions = [
        s3.NoncurrentVersionTransition(StorageClass=storage_class, TransitionInDays=after)
        for storage_class, after in lifecycle.steps
    ]
    days, expires = versions.noncurrent or 0, bool(versions.expire)
    return _expiring(days, expires, NoncurrentVersionTransitions=transitions) if transitions else _kept(days, expires)


@alike
def _kept(days: int, expires: bool) -> s3.LifecycleRule:
    """Where they stay in the storage class that they have."""
    return _expiring(days, expires)


def _expiring(days: int, expires: bool, **moves: list[s3.NoncurrentVersionTransition]) -> s3.LifecycleRule:
    # with an expiry S3 removes the markers by itself, and refuses to be told both
    markers = {} if expires else {"ExpiredObjectDeleteMarker": True}
    expiration = s3.NoncurrentVersionExpiration(NoncurrentDays=days)
    return s3.LifecycleRule(
        Id="former-versions", Status="Enabled", NoncurrentVersionExpiration=expiration, **moves, **markers
    )
