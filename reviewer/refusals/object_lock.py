"""A bucket whose objects are locked, which keeps its lock and its versions."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.refusal import Rule, Subject


def _find(subject: Subject) -> Iterator[str]:
    locked, still = (str(value).lower() == "true" for value in subject.both("ObjectLockEnabled"))
    status = subject.both("VersioningConfiguration.Status")[1]
    if subject.stays and locked and not still:
        yield "the lock of objects can't be turned off: leave it, or make a new bucket"
    if subject.stays and locked and status != "Enabled":
        yield "the versions of a bucket with locked objects can't be suspended: leave `versioning` on"


RULE = Rule(
    types=frozenset({"AWS::S3::Bucket"}),
    find=_find,
    source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html",
    properties=("ObjectLockEnabled",),
)
