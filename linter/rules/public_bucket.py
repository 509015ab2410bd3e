"""W9721: a bucket that is public, and nobody says why."""

from __future__ import annotations

from collections.abc import Iterator

from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.statements import statements_of
from linter.own.values import on, referred

_OPEN_ACLS = ("PublicRead", "PublicReadWrite", "AuthenticatedRead")
_BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_BLOCK = "PublicAccessBlockConfiguration"


class PublicBucket(OwnRule):
    id = "W9721"
    shortdesc = "Public buckets with a reason"
    description = (
        "A bucket is opened to everybody by an ACL, by a switch of its block of public access that is off, or by a "
        "policy for any principal. That may be meant; then the template says why, where reviewers and scanners look: "
        "Metadata: {stackwright: {reason: …}}, or the comment of a skipped rule of checkov."
    )
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"
    tags = (
        "s3",
        "public",
    )
    types = ("AWS::S3::Bucket", "AWS::S3::BucketPolicy")
    fix = "close it, or give the reason in 'Metadata'"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        if resource.reason:
            return
        if resource.type == "AWS::S3::Bucket":
            yield from _opened(resource)
            return
        bucket = next((one for one in resource.others("AWS::S3::Bucket") if _about(resource, one)), None)
        for statement in statements_of(resource, "PolicyDocument"):
            if statement.for_anyone and not (bucket and bucket.reason):
                yield (*statement.path, "Principal"), "the policy lets anyone in"


def _opened(bucket: TemplateResource) -> Iterator[Flaw]:
    if bucket.get("AccessControl") in _OPEN_ACLS:
        yield ("Properties", "AccessControl"), f"'AccessControl' is {bucket.get('AccessControl')}"
    block = bucket.get(_BLOCK)
    off = [name for name in _BLOCKS if isinstance(block, dict) and name in block and not on(block[name])]
    if off:
        yield ("Properties", _BLOCK, off[0]), " and ".join(f"'{name}'" for name in off) + " let the bucket be public"


def _about(policy: TemplateResource, bucket: TemplateResource) -> bool:
    return referred(policy.get("Bucket")) == bucket.name
