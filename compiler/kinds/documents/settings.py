"""Settings of one component, and what all modules of this room ask of it."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import GetAtt, Sub

from compiler.kinds.documents.names import LONGEST_NAME
from compiler.kinds.documents.restore import Restore
from compiler.language.naming import physical_name as named_by_pattern
from compiler.program.component import Component, Platform, Value
from compiler.shared.physical_names import physical_name
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class Serverless:
    """Between what capacities, in DCUs, each instance moves."""

    min: float
    max: float


@frozen()
class Elastic:
    """How many shards, of how many instances with how many vCPUs."""

    shards: int
    capacity: int
    instances: int


@frozen()
class Profiler:
    """Which slow operations are logged."""

    enabled: bool
    threshold_ms: int
    sampling: float


@frozen(kw_only=True)
class DocumentsSettings(Component):
    """What the other modules of this room know of a component."""

    version: str | None
    identifier: str | None
    instance: str
    instances: int
    serverless: Serverless | None
    elastic: Elastic | None
    storage_type: str
    username: str
    password: str
    port: int
    tls: str
    audit: tuple[str, ...]
    profiler: Profiler
    log_days: int
    events: Json
    engine_parameters: Mapping[str, str | int | float]
    performance_insights: bool
    ca: str
    backup_days: int
    backup_window: str | None
    maintenance_window: str | None
    snapshot_before_deployment: bool
    deletion_protection: bool
    keep: str | None
    restore_from: Restore | None

    def part(self, name: str) -> str:
        """Logical id of something that belongs to the cluster, of whatever sort it is."""
        return f"{self.stem}{name}"

    @property
    def main_id(self) -> str:
        """CloudFormation changes no resource's type, so an elastic cluster has another id."""
        return self.part("Elastic" if self.elastic else "")

    @property
    def member_ids(self) -> tuple[str, ...]:
        """The instances; an elastic cluster's are not resources."""
        return () if self.elastic else tuple(self.part(f"Instance{number + 1}") for number in range(self.instances))

    @property
    def group_id(self) -> str:
        """Logical id of the security group in front of the cluster."""
        return self.part("SecurityGroup")

    @property
    def secret_id(self) -> str:
        return self.part("Secret")

    @property
    def managed(self) -> bool:
        """Whether DocumentDB has the master user's password, in a secret that the template can't name."""
        return self.password == "managed" and self.existing is None

    @property
    def attached(self) -> bool:
        """Whether the secret has the cluster's address too, which the resource type for that has of no elastic one."""
        return not self.managed and not self.elastic

    def physical(self, platform: Platform) -> str:
        """The cluster's identifier: the spec's, the one by `naming`, or one of the names of platform and component."""
        data = platform.spec.at(self.address).settings if self.existing is None else {}
        schema = platform.schema.kinds[self.section]
        pattern = named_by_pattern(platform.document.data["naming"], schema, self.name, data) if data else None
        own = physical_name((platform.name, platform.environment, self.name), LONGEST_NAME)
        return self.identifier or pattern or own

    @property
    def arn(self) -> Value:
        """The type has no attribute for it; of an existing cluster it is known by its id."""
        if self.existing is not None:
            return GetAtt(self.main_id, "DBClusterArn")
        if self.elastic:
            return GetAtt(self.main_id, "ClusterArn")
        return Sub(f"arn:${{AWS::Partition}}:rds:${{AWS::Region}}:${{AWS::AccountId}}:cluster:${{{self.main_id}}}")

    @property
    def host(self) -> Value:
        return GetAtt(self.main_id, "ClusterEndpoint" if self.elastic else "Endpoint")

    @property
    def reader_host(self) -> Value:
        return self.host if self.elastic else GetAtt(self.main_id, "ReadEndpoint")

    @property
    def has_readers(self) -> bool:
        """Whether reading has a host name of its own."""
        if self.existing is not None:
            return bool(self.existing.get("reader"))
        return len(self.member_ids) > 1
