"""The settings of a database, and what follows from them alone."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import GetAtt, Ref

from compiler.kinds.databases.backup_replica import Replica
from compiler.kinds.databases.engines import ENGINES, DatabaseEngine
from compiler.program.component import Component, Value
from compiler.shared.secrets import SecretReplica
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class Serverless:
    """Between what capacities, in ACUs, each instance moves, and after how long it pauses."""

    min: float
    max: float
    pause_seconds: int | None


@frozen()
class Proxy:
    """How the proxy keeps connections."""

    idle_seconds: int
    borrow_seconds: int
    connections_percent: int
    idle_percent: int
    init_query: str | None


@frozen()
class ReplicaOf:
    """The instance of another region that is followed, or was until the promotion, and the copy of its secret here."""

    database: str
    secret: str
    key: str
    promoted: bool


@frozen()
class Secondary:
    """The primary's region, the copy of its secret here, and whether the cluster has left the global database."""

    of: str
    secret: str
    key: str
    promoted: bool


@frozen()
class GlobalDatabase:
    """Name of the Aurora global database, and what a secondary cluster knows of the primary."""

    name: str
    secondary: Secondary | None


@frozen(kw_only=True)
class DatabaseSettings(Component):
    """What instances and clusters have to say of themselves to the other modules of this room."""

    engine: str
    version: str
    identifier: str | None
    instance: str
    serverless: Serverless | None
    readers: int | None
    storage: int
    max_storage: int | None
    storage_type: str
    iops: int | None
    io_optimized: bool
    database: str
    username: str
    password: str
    iam_users: tuple[str, ...]
    extensions: tuple[str, ...]
    restore_from: str | None
    replica_of: ReplicaOf | None
    global_database: GlobalDatabase | None
    secret_replicas: Mapping[str, SecretReplica]
    restore_time: str | None
    port: int | None
    proxy: Proxy | None
    multi_az: bool
    backup_days: int
    backup_window: str | None
    replicate_backups: Replica | None
    maintenance_window: str | None
    performance_insights: bool
    performance_insights_days: int
    monitoring_seconds: int
    snapshot_before_deployment: bool
    deletion_protection: bool
    keep: str
    engine_parameters: Mapping[str, str | int | float]
    instance_parameters: Mapping[str, str | int | float]
    log_exports: tuple[str, ...] | None
    events: Json
    allow_major_upgrade: bool
    auto_minor_upgrade: bool
    iam_authentication: bool
    data_api: bool
    ca: str
    public: Mapping[str, Json] | None

    def part(self, name: str) -> str:
        """Logical id of something that belongs to the database, whatever its engine."""
        return f"{self.stem}{name}"

    @property
    def main_id(self) -> str:
        """CloudFormation changes no resource's type, so a cluster has another id than an instance.

        An existing one is known by its host name and secret, whatever it is.
        """
        return self.part("Cluster" if self.facts.aurora and self.existing is None else "")

    @property
    def member_ids(self) -> tuple[str, ...]:
        """The instances of a cluster."""
        count = self.reader_count + 1 if self.facts.aurora else 0
        return tuple(self.part(f"Instance{number}") for number in range(1, count + 1))

    @property
    def replica_ids(self) -> tuple[str, ...]:
        """The read replicas of an instance."""
        count = 0 if self.facts.aurora else self.reader_count
        return tuple(self.part(f"Replica{number}") for number in range(1, count + 1))

    @property
    def group_id(self) -> str:
        """Logical id of the security group in front of the database."""
        return self.part("SecurityGroup")

    @property
    def proxy_group_id(self) -> str:
        return self.part("ProxySecurityGroup")

    @property
    def secret_id(self) -> str:
        """Logical id of the secret with a password that RDS does not manage."""
        return self.part("Secret")

    @property
    def facts(self) -> DatabaseEngine:
        return ENGINES[self.engine]

    @property
    def reader_count(self) -> int:
        """What stands by in another zone is a reader in a cluster, and can't be read in an instance."""
        if self.readers is not None:
            return self.readers
        return int(self.facts.aurora and self.multi_az)

    @property
    def port_number(self) -> int:
        return self.port or self.facts.port

    @property
    def creates_extensions(self) -> bool:
        """A replica has those of its source, and takes no others before its promotion."""
        return bool(self.extensions) and (self.source is None or self.source.promoted)

    @property
    def secondary(self) -> Secondary | None:
        """What the cluster is of a global database, unless it is the primary or none at all."""
        return self.global_database.secondary if self.global_database else None

    @property
    def source(self) -> ReplicaOf | Secondary | None:
        """What has the data, users and secret of a database that follows another one, or did."""
        return self.replica_of or self.secondary

    @property
    def secret_key(self) -> str | None:
        """ARN of the key that encrypts the secret, if it is not the platform's."""
        return self.source.key if self.source else None

    @property
    def secret_arn(self) -> Value:
        if self.source:
            return self.source.secret
        if self.password == "generated":
            return Ref(self.secret_id)
        return GetAtt(self.main_id, "MasterUserSecret.SecretArn")

    @property
    def arn(self) -> Value:
        return GetAtt(self.main_id, "DBClusterArn" if self.facts.aurora else "DBInstanceArn")

    @property
    def resource_ids(self) -> tuple[Value, ...]:
        """By what IAM knows the database and its replicas in ``rds-db:connect``."""
        if self.facts.aurora:
            return (GetAtt(self.main_id, "DBClusterResourceId"),)
        return tuple(GetAtt(one, "DbiResourceId") for one in (self.main_id, *self.replica_ids))

    @property
    def open_to(self) -> tuple[str, ...]:
        """Ranges on the internet that may connect."""
        return tuple(self.public["from"]) if self.public else ()
