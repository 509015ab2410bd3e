"""The platform's KMS key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from awacs.aws import (
    Action,
    Allow,
    ArnLike,
    Condition,
    PolicyDocument,
    Principal,
    Statement,
    StringEquals,
    StringLike,
)
from troposphere import AWSObject, Ref, Sub, kms

from compiler.language.names import pascal
from compiler.program.component import KEY_ID, Component, Platform, Value
from compiler.shared.key_policy import administration, no_grants_to_people
from compiler.shared.platform_key import KEY_ARN, USE
from compiler.source.frozen import frozen

_SIDS = {"events.rds.amazonaws.com": "RdsEvents"}
"""Services whose first word another service has."""
_EVENTS = ("Decrypt", "DescribeKey", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")


@frozen(kw_only=True)
class Encryption(Component):
    """One customer managed key with rotation for an environment."""

    rotation_days: int
    deletion_days: int

    @property
    def main_id(self) -> str:
        return KEY_ID

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        keep = "Delete" if platform.posture == "development" else "Retain"
        yield kms.Key(
            KEY_ID,
            Description=f"Encrypts what {platform.name} {platform.environment} keeps",
            EnableKeyRotation=True,
            RotationPeriodInDays=self.rotation_days,
            PendingWindowInDays=self.deletion_days,
            KeyPolicy=key_policy(platform),
            DeletionPolicy=keep,
            UpdateReplacePolicy="Retain",
        )
        yield kms.Alias(
            "PlatformKeyAlias",
            AliasName=f"alias/{platform.name}-{platform.environment}",
            TargetKeyId=Ref(KEY_ID),
        )

    def attributes(self) -> Mapping[str, Value]:
        return {"arn": KEY_ARN, "id": Ref(KEY_ID)}


def key_policy(platform: Platform) -> PolicyDocument:
    """The account's IAM policies decide, plus the services that act without a role of ours."""
    statements = [administration(), _logs(platform), *_services(platform), no_grants_to_people()]
    return PolicyDocument(Version="2012-10-17", Statement=statements)


def _logs(platform: Platform) -> Statement:
    """CloudWatch Logs encrypts with the key on behalf of this account's log groups only.

    Source: CloudWatch Logs user guide, "Encrypt log data using AWS KMS".
    """
    groups = Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:*")
    return Statement(
        Sid="LogGroups",
        Effect=Allow,
        Principal=Principal("Service", f"logs.{platform.region}.amazonaws.com"),
        Action=[Action("kms", action) for action in sorted(USE)],
        Resource=["*"],
        Condition=Condition(ArnLike({"kms:EncryptionContext:aws:logs:arn": groups})),
    )


def _services(platform: Platform) -> list[Statement]:
    """AWS services that must decrypt or encrypt as themselves; their ways in are limited by resource policies too."""
    wanted = {service for component in platform.built for service in component.key_services(platform)}
    return [_service(service) for service in sorted(wanted)]


def _service(service: str) -> Statement:
    """CloudFront and the delivery of logs only read. CloudWatch alarms, SNS and RDS name no source to KMS.

    Source: CloudWatch and SNS guides, encrypted topics, whose example statements have no condition; EventBridge user
    guide, "Authorizing EventBridge to use a customer managed key" and "Encrypting archives"; Step Functions developer
    guide, "Data at rest encryption".
    """
    actions = {
        "cloudfront.amazonaws.com": ("Decrypt",),
        "delivery.logs.amazonaws.com": ("Decrypt",),
        "events.amazonaws.com": _EVENTS,
    }
    return Statement(
        Sid=f"Service{_SIDS.get(service) or pascal(service.partition('.')[0])}",
        Effect=Allow,
        Principal=Principal("Service", service),
        Action=[Action("kms", action) for action in actions.get(service, ("Decrypt", "GenerateDataKey"))],
        Resource=["*"],
        **_limited(service),
    )


def _limited(service: str) -> dict[str, Condition]:
    """CloudFront says for which distribution, EventBridge for whose rule or bus, the delivery of logs for whose logs.

    Source: CloudFront developer guide, "Restrict access to an Amazon S3 origin" (SSE-KMS).
    """
    distributions = Sub("arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*")
    logs = Sub("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*")
    conditions = {
        "cloudfront.amazonaws.com": ArnLike({"aws:SourceArn": distributions}),
        "delivery.logs.amazonaws.com": StringLike({"kms:EncryptionContext:SourceArn": logs}),
        "events.amazonaws.com": StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")}),
    }
    return {"Condition": Condition(conditions[service])} if service in conditions else {}


KIND = Encryption
