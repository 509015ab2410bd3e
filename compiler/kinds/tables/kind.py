"""DynamoDB tables with their indexes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub, dynamodb

from compiler.kinds.tables.capacity import Capacity
from compiler.kinds.tables.global_table import global_table
from compiler.kinds.tables.indexes import key_schema, local_indexes, shape, some
from compiler.kinds.tables.scaling import index_scaling, table_scaling
from compiler.kinds.tables.settings import TableSettings
from compiler.program.component import AlarmSpec, Capability, Chart, Grant, Output, Platform, Value
from compiler.program.encode import alike
from compiler.shared.keep import deletion
from compiler.shared.platform_key import KEY_ARN, key_grant
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

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


@frozen(kw_only=True)
class Table(TableSettings):
    """A table, encrypted with the platform's key, and its copies in other regions."""

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        if self.replicas:
            yield global_table(self, platform)
            return
        yield self._table(platform)
        yield from table_scaling(self.main_id, self.capacity)
        for name, one in some(self.indexes, local=False):
            yield from index_scaling(self.main_id, name, self.capacity_of(one))

    def _table(self, platform: Platform) -> dynamodb.Table:
        return dynamodb.Table(
            self.main_id,
            AttributeDefinitions=self.definitions(),
            KeySchema=key_schema(self.key),
            BillingMode=self.billing_mode,
            DeletionProtectionEnabled=self.deletion_protection,
            PointInTimeRecoverySpecification=self.recovery(),
            SSESpecification=_encryption(),
            **self._stream(),
            **self.time_to_live(),
            **self.kinesis(platform),
            **self.class_and_insights(),
            **self._throughput(self.capacity),
            **local_indexes(self.indexes),
            **self._global_indexes(),
            **deletion(self.keep),
        )

    def _stream(self) -> dict[str, AWSObject]:
        if not self.stream:
            return {}
        return {"StreamSpecification": dynamodb.StreamSpecification(StreamViewType=_VIEWS[self.stream])}

    def _throughput(self, capacity: Capacity | None) -> dict[str, AWSObject]:
        """Units at the start, which scaling then moves, or the limits on demand."""
        if capacity:
            read, write = (units.least for units in capacity.units.values())
            units = dynamodb.ProvisionedThroughput(ReadCapacityUnits=read, WriteCapacityUnits=write)
            return {"ProvisionedThroughput": units}
        limits = self.on_demand_limits
        said = {"MaxReadRequestUnits": limits.read, "MaxWriteRequestUnits": limits.write}
        most = {name: units for name, units in said.items() if units}
        return {"OnDemandThroughput": dynamodb.OnDemandThroughput(**most)} if most else {}

    def _global_indexes(self) -> dict[str, list[AWSObject]]:
        found = [
            dynamodb.GlobalSecondaryIndex(
                **shape(name, one), **self._throughput(self.capacity_of(one)), **self.insights()
            )
            for name, one in some(self.indexes, local=False)
        ]
        return {"GlobalSecondaryIndexes": found} if found else {}

    @property
    def _arn(self) -> str:
        """As text of a Fn::Sub. That of an existing table tells its account and region."""
        if self.existing is not None:
            return f"${{{self.main_id}.Arn}}"
        return f"arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/${{{self.main_id}}}"

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        arn = self._arn
        table = Sub(arn)
        with_indexes = (table, *(Sub(f"{arn}/index/{name}") for name in sorted(self.indexes)))
        variables: Mapping[str, Value] = {"NAME": Ref(self.main_id)}
        read = (Grant(_READ, with_indexes), *self._key(platform, _READ_KEY))
        write = (Grant(_WRITE, (table,)), *self._key(platform, _WRITE_KEY))
        return {
            "read": Capability(read, environment=variables),
            "write": Capability(write, environment=variables),
            "backup": Capability(self._backups(platform, arn), environment={"ARN": GetAtt(self.main_id, "Arn")}),
            "changes": self._changes(platform, f"{arn}/stream/*"),
            "recover": Capability(),
        }

    def _changes(self, platform: Platform, streams: str) -> Capability:
        """Its streams alone (DynamoDB developer guide, IAM policies for streams); STREAM is for the mapping."""
        grants = (Grant(_STREAM, (Sub(streams),)), *self._key(platform, _READ_KEY))
        return Capability(grants, environment={"STREAM": GetAtt(self.main_id, "StreamArn")})

    def _backups(self, platform: Platform, arn: str) -> tuple[Grant, ...]:
        """Source: the managed policy AWSBackupServiceRolePolicyForBackup."""
        return (
            Grant(_BACKUP, (Sub(arn),)),
            Grant(("dynamodb:DeleteBackup", "dynamodb:DescribeBackup"), (Sub(f"{arn}/backup/*"),)),
            *self._key(platform, ("Decrypt", "DescribeKey", "GenerateDataKey")),
        )

    def _key(self, platform: Platform, actions: tuple[str, ...]) -> tuple[Grant, ...]:
        """The key that AWS keeps lets in who may use the table (DynamoDB developer guide, AWS managed key)."""
        return () if self.aws_managed else (key_grant(platform, "dynamodb", *actions),)

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        key = {} if self.aws_managed else {"key": KEY_ARN}
        stream = {"stream": GetAtt(self.main_id, "StreamArn")} if self.stream else {}
        return {"id": Ref(self.main_id), **key, **stream}

    def attributes(self) -> Mapping[str, Value]:
        return {"name": Ref(self.main_id), "arn": GetAtt(self.main_id, "Arn")}

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(f"{self.stem}Name", Ref(self.main_id), f"Name of the table {self.name}")

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


@alike
def _encryption() -> dynamodb.SSESpecification:
    return dynamodb.SSESpecification(SSEEnabled=True, SSEType="KMS", KMSMasterKeyId=KEY_ARN)


KIND = Table
