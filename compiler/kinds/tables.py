"""DynamoDB tables with their indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from troposphere import AWSObject, GetAtt, Ref, Sub, dynamodb

from compiler.component import AlarmSpec, Capability, Chart, Component, Grant, Output, Platform, Value
from compiler.json_value import Json
from compiler.kinds.encryption import KEY_ARN, key_grant
from compiler.parts.keep import deletion
from compiler.parts.table_keys import key_of, key_types

_READ = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
)
_WRITE = (
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeTable",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
)
_STREAM = (
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)
_BACKUP = (
    "dynamodb:CreateBackup",
    "dynamodb:DescribeTable",
    "dynamodb:ListTagsOfResource",
    "dynamodb:StartAwsBackupJob",
)
# DynamoDB acts with the caller's rights on the key (DynamoDB developer guide, "Encryption at rest: usage notes")
_READ_KEY = ("Decrypt", "DescribeKey")
_WRITE_KEY = (*_READ_KEY, "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")
_VIEWS = {"keys": "KEYS_ONLY", "new": "NEW_IMAGE", "old": "OLD_IMAGE", "both": "NEW_AND_OLD_IMAGES"}
_PROJECTIONS = {"all": "ALL", "keys": "KEYS_ONLY", "include": "INCLUDE"}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Capacity:
    """Provisioned units."""

    read: int
    write: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Index:
    """A secondary index."""

    key: Json
    local: bool
    projection: str
    include: tuple[str, ...]
    capacity: Capacity | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Table(Component):
    """A table, encrypted with the platform's key."""

    key: Json
    types: Mapping[str, str]
    indexes: Mapping[str, Index]
    ttl: str | None
    stream: str | None
    point_in_time_recovery: bool
    recovery_days: int
    billing: Json
    deletion_protection: bool
    keep: str

    @property
    def main_id(self) -> str:
        return f"{self.stem}Table"

    @property
    def capacity(self) -> Capacity | None:
        """The provisioned units; None on demand."""
        return None if isinstance(self.billing, str) else Capacity(**self.billing)

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield dynamodb.Table(
            self.main_id,
            AttributeDefinitions=self._definitions(),
            KeySchema=_key_schema(self.key),
            BillingMode="PROVISIONED" if self.capacity else "PAY_PER_REQUEST",
            DeletionProtectionEnabled=self.deletion_protection,
            PointInTimeRecoverySpecification=self._recovery(),
            SSESpecification=dynamodb.SSESpecification(SSEEnabled=True, SSEType="KMS", KMSMasterKeyId=KEY_ARN),
            **self._optional(),
            **self._secondary(),
            **deletion(self.keep),
        )

    def _definitions(self) -> list[dynamodb.AttributeDefinition]:
        keys = [key_of(self.key), *(key_of(index.key) for index in self.indexes.values())]
        return [
            dynamodb.AttributeDefinition(AttributeName=name, AttributeType=kind)
            for name, kind in sorted(key_types(keys, self.types).items())
        ]

    def _recovery(self) -> dynamodb.PointInTimeRecoverySpecification:
        days = {"RecoveryPeriodInDays": self.recovery_days} if self.point_in_time_recovery else {}
        return dynamodb.PointInTimeRecoverySpecification(PointInTimeRecoveryEnabled=self.point_in_time_recovery, **days)

    def _optional(self) -> dict[str, AWSObject]:
        found = {}
        if self.capacity:
            found["ProvisionedThroughput"] = _throughput(self.capacity)
        if self.ttl:
            found["TimeToLiveSpecification"] = dynamodb.TimeToLiveSpecification(AttributeName=self.ttl, Enabled=True)
        if self.stream:
            found["StreamSpecification"] = dynamodb.StreamSpecification(StreamViewType=_VIEWS[self.stream])
        return found

    def _secondary(self) -> dict[str, list[AWSObject]]:
        local = [_index(dynamodb.LocalSecondaryIndex, name, one, None) for name, one in self._indexes(local=True)]
        everywhere = [
            _index(dynamodb.GlobalSecondaryIndex, name, one, self.capacity and (one.capacity or self.capacity))
            for name, one in self._indexes(local=False)
        ]
        found = {"LocalSecondaryIndexes": local, "GlobalSecondaryIndexes": everywhere}
        return {name: indexes for name, indexes in found.items() if indexes}

    def _indexes(self, local: bool) -> Iterator[tuple[str, Index]]:
        return ((name, one) for name, one in sorted(self.indexes.items()) if one.local == local)

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        arn = f"arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/${{{self.main_id}}}"
        table = Sub(arn)
        with_indexes = (table, *(Sub(f"{arn}/index/{name}") for name in sorted(self.indexes)))
        variables: Mapping[str, Value] = {"NAME": Ref(self.main_id)}
        read = (Grant(_READ, with_indexes), key_grant(platform, "dynamodb", *_READ_KEY))
        write = (Grant(_WRITE, (table,)), key_grant(platform, "dynamodb", *_WRITE_KEY))
        return {
            "read": Capability(read, environment=variables),
            "write": Capability(write, environment=variables),
            "backup": Capability(self._backups(platform, arn), environment={"ARN": GetAtt(self.main_id, "Arn")}),
            "changes": self._changes(platform, f"{arn}/stream/*"),
        }

    def _changes(self, platform: Platform, streams: str) -> Capability:
        """Its streams alone (DynamoDB developer guide, IAM policies for streams); STREAM is for the mapping."""
        grants = (Grant(_STREAM, (Sub(streams),)), key_grant(platform, "dynamodb", *_READ_KEY))
        return Capability(grants, environment={"STREAM": GetAtt(self.main_id, "StreamArn")})

    def _backups(self, platform: Platform, arn: str) -> tuple[Grant, ...]:
        """Source: the managed policy AWSBackupServiceRolePolicyForBackup."""
        return (
            Grant(_BACKUP, (Sub(arn),)),
            Grant(("dynamodb:DeleteBackup", "dynamodb:DescribeBackup"), (Sub(f"{arn}/backup/*"),)),
            key_grant(platform, "dynamodb", "Decrypt", "DescribeKey", "GenerateDataKey"),
        )

    def attributes(self) -> Mapping[str, Value]:
        return {"name": Ref(self.main_id), "arn": GetAtt(self.main_id, "Arn")}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}TableName", Ref(self.main_id), f"Name of the table {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        throttled = {"Id": "throttled", "Expression": "FILL(reads, 0) + FILL(writes, 0)", "Label": "Throttled"}
        yield AlarmSpec(
            name="Throttled",
            description=f"Reads or writes of {self.name} were throttled",
            metrics=(
                throttled,
                self._metric("reads", "ReadThrottleEvents"),
                self._metric("writes", "WriteThrottleEvents"),
            ),
            threshold=0,
            evaluation_periods=3,
            datapoints=2,
        )

    def _metric(self, metric_id: str, name: str) -> Mapping[str, Json]:
        dimensions = [{"Name": "TableName", "Value": Ref(self.main_id)}]
        metric = {"Namespace": "AWS/DynamoDB", "MetricName": name, "Dimensions": dimensions}
        return {"Id": metric_id, "MetricStat": {"Metric": metric, "Period": 300, "Stat": "Sum"}, "ReturnData": False}

    def charts(self, platform: Platform) -> Iterable[Chart]:
        dimension = ("TableName", Ref(self.main_id))
        rows = (
            ("AWS/DynamoDB", "ConsumedReadCapacityUnits", *dimension),
            ("AWS/DynamoDB", "ConsumedWriteCapacityUnits", *dimension),
        )
        yield Chart(f"Table {self.name}", rows, "Sum")


def _key_schema(said: Json) -> list[dynamodb.KeySchema]:
    return [
        dynamodb.KeySchema(AttributeName=attribute.name, KeyType=kind)
        for attribute, kind in zip(key_of(said), ("HASH", "RANGE"), strict=False)
    ]


def _index(kind: type[AWSObject], name: str, index: Index, capacity: Capacity | None) -> AWSObject:
    more = {"NonKeyAttributes": list(index.include)} if index.include else {}
    units = {"ProvisionedThroughput": _throughput(capacity)} if capacity else {}
    return kind(
        IndexName=name,
        KeySchema=_key_schema(index.key),
        Projection=dynamodb.Projection(ProjectionType=_PROJECTIONS[index.projection], **more),
        **units,
    )


def _throughput(capacity: Capacity) -> dynamodb.ProvisionedThroughput:
    return dynamodb.ProvisionedThroughput(ReadCapacityUnits=capacity.read, WriteCapacityUnits=capacity.write)


KIND = Table
