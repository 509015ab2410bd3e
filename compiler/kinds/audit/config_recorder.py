"""AWS Config: what is recorded of the account's resources, and the rules that they are held against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from awacs.aws import Action, Allow, Condition, Principal, Statement, StringEquals
from troposphere import AWSObject, GetAtt, Ref, Sub, config, iam

from compiler.language.names import pascal
from compiler.program.component import Value
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_SERVICE = "config.amazonaws.com"
_OF_ACCOUNT = {"aws:SourceAccount": Ref("AWS::AccountId")}
_HOURS = {1: "One_Hour", 3: "Three_Hours", 6: "Six_Hours", 12: "Twelve_Hours", 24: "TwentyFour_Hours"}


@frozen()
class Rule:
    """How a rule of AWS is asked."""

    parameters: Mapping[str, str]
    hours: int | None


@frozen()
class Config:
    """What is recorded, how often, and held against which rules."""

    frequency: str
    global_resources: bool
    types: tuple[str, ...]
    snapshot_hours: int
    create_role: bool
    rules: Mapping[str, Rule]


@frozen(eq=True)
class Archive:
    """The bucket that the record goes to, with what it is encrypted by and who may write there."""

    bucket_id: str
    policy_id: str
    key_id: str


def recorder(stem: str, settings: Config, archive: Archive) -> Iterator[AWSObject]:
    """The recorder starts once the channel is there, which CloudFormation sees to by itself: neither waits for the
    other (Config developer guide, sample template "Enable AWS Config")."""
    role_id, recorder_id = f"{stem}ConfigRole", f"{stem}ConfigRecorder"
    made = [role_id] if settings.create_role else []
    if settings.create_role:
        yield iam.ServiceLinkedRole(role_id, AWSServiceName=_SERVICE)
    yield config.ConfigurationRecorder(
        recorder_id,
        RoleARN=Sub(
            "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
        ),
        RecordingGroup=_group(settings),
        RecordingMode=config.RecordingMode(RecordingFrequency=settings.frequency.upper()),
        DependsOn=[archive.policy_id, *made],
    )
    yield config.DeliveryChannel(
        f"{stem}ConfigChannel",
        S3BucketName=Ref(archive.bucket_id),
        S3KmsKeyArn=GetAtt(archive.key_id, "Arn"),
        ConfigSnapshotDeliveryProperties=config.ConfigSnapshotDeliveryProperties(
            DeliveryFrequency=_HOURS[settings.snapshot_hours]
        ),
        DependsOn=[archive.policy_id, *made],
    )
    for name, rule in sorted(settings.rules.items()):
        yield _rule(f"{stem}Rule{pascal(name.lower())}", name, rule, recorder_id)


def _group(settings: Config) -> config.RecordingGroup:
    if settings.types:
        return config.RecordingGroup(
            AllSupported=False, IncludeGlobalResourceTypes=False, ResourceTypes=sorted(settings.types)
        )
    return config.RecordingGroup(AllSupported=True, IncludeGlobalResourceTypes=settings.global_resources)


def _rule(logical_id: str, name: str, rule: Rule, recorder_id: str) -> config.ConfigRule:
    """A rule can only be made where something is recorded."""
    found: dict[str, Json] = {"InputParameters": dict(rule.parameters)} if rule.parameters else {}
    if rule.hours:
        found["MaximumExecutionFrequency"] = _HOURS[rule.hours]
    source = config.Source(Owner="AWS", SourceIdentifier=name)
    return config.ConfigRule(logical_id, Source=source, DependsOn=[recorder_id], **found)


def archive_statements(bucket_id: str) -> tuple[Statement, ...]:
    """Source: Config developer guide, "Permissions for the Amazon S3 bucket", when using service-linked roles."""
    bucket = GetAtt(bucket_id, "Arn")
    files = Sub(f"${{{bucket_id}.Arn}}/AWSLogs/${{AWS::AccountId}}/Config/*")
    owned = {**_OF_ACCOUNT, "s3:x-amz-acl": "bucket-owner-full-control"}
    return (
        _may("ConfigGetBucketAcl", ("s3:GetBucketAcl",), bucket, _OF_ACCOUNT),
        _may("ConfigListBucket", ("s3:ListBucket",), bucket, _OF_ACCOUNT),
        _may("ConfigPutObject", ("s3:PutObject",), files, owned),
    )


def key_statement() -> Statement:
    """Source: Config developer guide, "Permissions for the KMS key", when using service-linked roles."""
    return _may("ConfigEncrypts", ("kms:Decrypt", "kms:GenerateDataKey"), "*", _OF_ACCOUNT)


def _may(sid: str, actions: tuple[str, ...], resource: Value, equal: Mapping[str, Value]) -> Statement:
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=Principal("Service", _SERVICE),
        Action=[Action(*action.split(":")) for action in actions],
        Resource=[resource],
        Condition=Condition(StringEquals(dict(equal))),
    )
