"""The key that encrypts CloudTrail's files: only the one trail may encrypt with it."""

from __future__ import annotations

from collections.abc import Sequence

from awacs.aws import Action, Allow, Condition, PolicyDocument, Principal, Statement, StringEquals, StringLike
from troposphere import Sub, kms

from compiler.kinds.audit.bucket import trail_arn
from compiler.program.component import Platform
from compiler.shared.keep import deletion
from compiler.shared.key_policy import administration, no_grants_to_people


def audit_key(logical_id: str, platform: Platform, keep: str, more: Sequence[Statement] = ()) -> kms.Key:
    """A key of its own: the platform's key says of other services only who they are, not what they encrypt.

    Source: CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail".
    """
    statements = [administration(), _encrypts(platform), _looks(platform), *more, no_grants_to_people()]
    return kms.Key(
        logical_id,
        Description=f"Encrypts the audit log of {platform.name} {platform.environment}",
        EnableKeyRotation=True,
        KeyPolicy=PolicyDocument(Version="2012-10-17", Statement=statements),
        **deletion(keep),
    )


def _encrypts(platform: Platform) -> Statement:
    trails = Sub("arn:${AWS::Partition}:cloudtrail:*:${AWS::AccountId}:trail/*")
    files = StringLike({"kms:EncryptionContext:aws:cloudtrail:arn": trails})
    return _trail_may("TrailEncrypts", "GenerateDataKey*", Condition([_of(platform), files]))


def _looks(platform: Platform) -> Statement:
    return _trail_may("TrailLooks", "DescribeKey", Condition(_of(platform)))


def _of(platform: Platform) -> StringEquals:
    return StringEquals({"aws:SourceArn": trail_arn(platform)})


def _trail_may(sid: str, action: str, condition: Condition) -> Statement:
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=Principal("Service", "cloudtrail.amazonaws.com"),
        Action=[Action("kms", action)],
        Resource=["*"],
        Condition=condition,
    )
