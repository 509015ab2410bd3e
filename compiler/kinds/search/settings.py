"""Settings of domains and collections, and what both forms have alike."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import Sub

from compiler.program.component import Value
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

APPLICATION, SEARCH_SLOW, INDEX_SLOW, AUDIT = "application", "search-slow", "index-slow", "audit"
LOGS = {
    APPLICATION: "ES_APPLICATION_LOGS",
    AUDIT: "AUDIT_LOGS",
    INDEX_SLOW: "INDEX_SLOW_LOGS",
    SEARCH_SLOW: "SEARCH_SLOW_LOGS",
}
"""Our word for a log → OpenSearch Service's (CloudFormation reference, LogPublishingOptions)."""


@frozen()
class CustomEndpoint:
    """A host name of its own."""

    host: str
    certificate: str


@frozen()
class DomainLogs:
    """How long logs stay, and which are not written."""

    days: int
    without: tuple[str, ...]


@frozen()
class Domain:
    """Instances that run OpenSearch."""

    identifier: str | None
    version: str
    instance: str
    nodes: int
    zones: int
    standby: bool
    masters: int
    master_instance: str
    coordinators: int
    coordinator_instance: str
    warm: int
    warm_instance: str
    cold: bool
    storage: int
    iops: int | None
    throughput: int | None
    key: str | None
    tls_policy: str
    administrator: str | None
    custom_endpoint: CustomEndpoint | None
    logs: DomainLogs
    off_peak: str
    auto_update: bool
    advanced: Mapping[str, str]
    create_service_role: bool

    @property
    def written_logs(self) -> tuple[str, ...]:
        """OpenSearch audits only what fine-grained access control decides."""
        unwanted = {*self.logs.without, *(() if self.administrator else (AUDIT,))}
        return tuple(one for one in LOGS if one not in unwanted)


@frozen()
class Endpoint:
    """An existing VPC endpoint of OpenSearch Serverless."""

    id: str
    security_group: str


@frozen()
class Field:
    """A field of an index."""

    type: str
    indexed: bool
    dimension: int | None
    engine: str
    space: str
    neighbours: int | None
    build_candidates: int | None


@frozen()
class Index:
    """An index that the deployment makes."""

    fields: Mapping[str, Field]
    search_candidates: int | None


@frozen()
class Collection:
    """A serverless collection."""

    identifier: str | None
    type: str
    standby: bool
    deletion_protection: bool
    acceleration: bool
    key: str | None
    endpoint: Endpoint | None
    public: Json
    services: tuple[str, ...]
    administrators: tuple[str, ...]
    expire_days: int | str | None
    indexes: Mapping[str, Index]


def identity(written: str) -> Value:
    """``role/name`` as an ARN of this account; of an ARN, the partition as the deployment knows it."""
    account_and_name = written.split(":", 4)[4] if written.startswith("arn:") else f"${{AWS::AccountId}}:{written}"
    return Sub(f"arn:${{AWS::Partition}}:iam::{account_and_name}")
