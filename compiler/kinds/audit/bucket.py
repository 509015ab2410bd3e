"""The bucket for CloudTrail's files: only the one trail writes to it, AWS Config on request, and nobody without TLS."""

from __future__ import annotations

from collections.abc import Sequence

from awacs.aws import Action, Allow, Condition, Principal, Statement, StringEquals
from troposphere import GetAtt, Sub, s3

from compiler.program.component import Platform, Value
from compiler.shared.bucket_events import bucket_events
from compiler.shared.bucket_policy import policy_of
from compiler.shared.keep import deletion
from compiler.shared.lifecycle import Lifecycle, Versions, lifecycle_rules

_METADATA = {"checkov": {"skip": [{"id": "CKV_AWS_18", "comment": "It holds the audit log itself"}]}}
# Control Tower's CT.S3.PR.8 understands only Fn::Join here, where cfn-lint would rather see Fn::Sub
_FORMER_DAYS = 30
_UPLOAD_DAYS = 7


def trail_name(platform: Platform) -> str:
    """A name that is known before the trail is there, for the policies that it needs first."""
    return f"{platform.name}-{platform.environment}"


def trail_arn(platform: Platform) -> Value:
    """ARN of the platform's trail, written out: the trail itself comes after what names it."""
    return Sub(f"arn:${{AWS::Partition}}:cloudtrail:${{AWS::Region}}:${{AWS::AccountId}}:trail/{trail_name(platform)}")


def audit_bucket(logical_id: str, key: Value, days: int, keep: str) -> s3.Bucket:
    """Private, versioned and encrypted with `key`; files go after `days`."""
    by_key = s3.ServerSideEncryptionByDefault(SSEAlgorithm="aws:kms", KMSMasterKeyID=key)
    rule = s3.ServerSideEncryptionRule(BucketKeyEnabled=True, ServerSideEncryptionByDefault=by_key)
    rules = lifecycle_rules(Lifecycle(None, None, None, None), Versions(days, _FORMER_DAYS, _UPLOAD_DAYS))
    owner = s3.OwnershipControlsRule(ObjectOwnership="BucketOwnerEnforced")
    return s3.Bucket(
        logical_id,
        BucketEncryption=s3.BucketEncryption(ServerSideEncryptionConfiguration=[rule]),
        LifecycleConfiguration=s3.LifecycleConfiguration(Rules=rules),
        NotificationConfiguration=bucket_events(),
        OwnershipControls=s3.OwnershipControls(Rules=[owner]),
        PublicAccessBlockConfiguration=s3.PublicAccessBlockConfiguration(
            BlockPublicAcls=True, BlockPublicPolicy=True, IgnorePublicAcls=True, RestrictPublicBuckets=True
        ),
        VersioningConfiguration=s3.VersioningConfiguration(Status="Enabled"),
        Metadata=_METADATA,
        **deletion(keep),
    )


def audit_bucket_policy(
    logical_id: str, bucket_id: str, platform: Platform, more: Sequence[Statement] = ()
) -> s3.BucketPolicy:
    """The trail writes, and who `more` lets in.

    Source: CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail".
    """
    source = {"aws:SourceArn": trail_arn(platform)}
    owned = {**source, "s3:x-amz-acl": "bucket-owner-full-control"}
    files = Sub(f"${{{bucket_id}.Arn}}/AWSLogs/${{AWS::AccountId}}/*")
    statements = (
        _trail_may("GetBucketAcl", GetAtt(bucket_id, "Arn"), source),
        _trail_may("PutObject", files, owned),
    )
    return policy_of(logical_id, bucket_id, (*statements, *more))


def _trail_may(action: str, resource: Value, equal: dict[str, Value]) -> Statement:
    return Statement(
        Sid=f"Trail{action}",
        Effect=Allow,
        Principal=Principal("Service", "cloudtrail.amazonaws.com"),
        Action=[Action("s3", action)],
        Resource=[resource],
        Condition=Condition(StringEquals(equal)),
    )
