"""The settings of a table, and what of them its copies in other regions have alike."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import AWSObject, dynamodb

from compiler.kinds.tables.capacity import Capacity
from compiler.kinds.tables.indexes import Index
from compiler.kinds.tables.keys import key_of, key_types
from compiler.kinds.tables.replica import AWS_MANAGED, Replica
from compiler.program.component import Component, Platform
from compiler.program.encode import alike
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_INSIGHTS = {"throttled": "THROTTLED_KEYS", "all": "ACCESSED_AND_THROTTLED_KEYS"}


@frozen()
class Limits:
    """Most requests on demand; None without a limit."""

    read: int | None
    write: int | None


@frozen(kw_only=True)
class TableSettings(Component):
    """What a table has to say of itself to the other modules of this room."""

    key: Json
    types: Mapping[str, str]
    indexes: Mapping[str, Index]
    ttl: str | None
    stream: str | None
    point_in_time_recovery: bool
    recovery_days: int
    billing: Json
    on_demand_limits: Limits
    table_class: str
    contributor_insights: str
    stream_to: str | None
    replicas: Mapping[str, Replica]
    deletion_protection: bool
    keep: str

    @property
    def main_id(self) -> str:
        """Copies make it a resource of another type, which CloudFormation can't make of the first one."""
        return f"{self.stem}Global" if self.replicas else self.stem

    @property
    def capacity(self) -> Capacity | None:
        """The provisioned units; None on demand."""
        return None if isinstance(self.billing, str) else Capacity(**self.billing)

    @property
    def billing_mode(self) -> str:
        return "PROVISIONED" if self.capacity else "PAY_PER_REQUEST"

    @property
    def aws_managed(self) -> bool:
        """Whether the key that AWS keeps for DynamoDB encrypts: of one table all copies have keys of one kind."""
        return any(one.key == AWS_MANAGED for one in self.replicas.values())

    def capacity_of(self, index: Index) -> Capacity | None:
        """A global index's own units, else the table's."""
        return self.capacity and (index.capacity or self.capacity)

    def definitions(self) -> list[dynamodb.AttributeDefinition]:
        keys = [key_of(self.key), *(key_of(index.key) for index in self.indexes.values())]
        return [_definition(name, kind) for name, kind in sorted(key_types(keys, self.types).items())]

    def recovery(self) -> dynamodb.PointInTimeRecoverySpecification:
        return _recovery(self.recovery_days if self.point_in_time_recovery else None)

    def time_to_live(self) -> dict[str, AWSObject]:
        if not self.ttl:
            return {}
        live = dynamodb.TimeToLiveSpecification(AttributeName=self.ttl, Enabled=True)
        return {"TimeToLiveSpecification": live}

    def kinesis(self, platform: Platform) -> dict[str, AWSObject]:
        """DynamoDB writes with its own service-linked role, which AWS makes, under the stream's key too."""
        if not self.stream_to:
            return {}
        arn = platform.components[self.stream_to].attributes()["arn"]
        return {"KinesisStreamSpecification": dynamodb.KinesisStreamSpecification(StreamArn=arn)}

    def class_and_insights(self) -> dict[str, Json]:
        cheaper = self.table_class == "infrequent-access"
        return self.insights() | ({"TableClass": "STANDARD_INFREQUENT_ACCESS"} if cheaper else {})

    def insights(self) -> dict[str, Json]:
        if self.contributor_insights == "none":
            return {}
        mode = _INSIGHTS[self.contributor_insights]
        return {"ContributorInsightsSpecification": dynamodb.ContributorInsightsSpecification(Enabled=True, Mode=mode)}


@alike
def _definition(name: str, kind: str) -> dynamodb.AttributeDefinition:
    return dynamodb.AttributeDefinition(AttributeName=name, AttributeType=kind)


@alike
def _recovery(days: int | None) -> dynamodb.PointInTimeRecoverySpecification:
    """To any second of so many days, or none."""
    back = {} if days is None else {"RecoveryPeriodInDays": days}
    return dynamodb.PointInTimeRecoverySpecification(PointInTimeRecoveryEnabled=days is not None, **back)
