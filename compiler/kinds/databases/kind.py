"""RDS instances with their replicas, and Aurora clusters, with their subnet, parameter and security groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from troposphere import AWSObject, GetAtt, Ref, Sub, rds

from compiler.kinds.databases.access import as_master, backup, by_token, door, reached
from compiler.kinds.databases.backup_replica import Replica
from compiler.kinds.databases.cluster import Serverless, cluster
from compiler.kinds.databases.engines import ENGINES, DatabaseEngine
from compiler.kinds.databases.instance import instance
from compiler.kinds.databases.metrics import alarms, charts
from compiler.kinds.databases.open_ranges import Door, routes, ways_in
from compiler.kinds.databases.proxy import Proxy, proxy, proxy_port, proxy_resource
from compiler.kinds.databases.settings import monitoring_role, secret
from compiler.kinds.network.kind import isolated_subnets
from compiler.program.component import AlarmSpec, Capability, Chart, Component, Output, Platform, Port, Value
from compiler.shared.security_groups import security_group
from compiler.source.json_value import Json


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Database(Component):
    """One instance or cluster. RDS makes its master password, keeps it in Secrets Manager and rotates it every week."""

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
    restore_from: str | None
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
    deletion_protection: bool
    keep: str
    engine_parameters: Mapping[str, str | int | float]
    log_exports: tuple[str, ...] | None
    allow_major_upgrade: bool
    auto_minor_upgrade: bool
    iam_authentication: bool
    ca: str
    public: Mapping[str, Json] | None

    def part(self, name: str) -> str:
        """Logical id of something that belongs to the database, whatever its engine."""
        return f"{self.stem}{name}"

    @property
    def main_id(self) -> str:
        """CloudFormation changes no resource's type, so a cluster has another id than an instance."""
        return self.part("Cluster" if self.facts.aurora else "")

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
    def secret_arn(self) -> Value:
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

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield security_group(self.group_id, f"Database {self.name}")
        yield rds.DBSubnetGroup(
            self.part("Subnets"),
            DBSubnetGroupDescription=f"Isolated subnets of {self.name}",
            SubnetIds=isolated_subnets(platform),
        )
        if self.monitoring_seconds:
            yield monitoring_role(self)
        if self.password == "generated":
            yield secret(self)
        yield from cluster(self) if self.facts.aurora else instance(self)
        if self.proxy:
            yield from proxy(self, platform, self.proxy)
        yield from ways_in(Door(self.part(""), self.group_id, self.port_number), self.open_to)
        yield from routes(self._first_open_to(platform))

    def _first_open_to(self, platform: Platform) -> list[str]:
        """Ranges that no database before this one is open to: all share one route table."""
        others = platform.of(Database)
        before = {cidr for one in others[: others.index(self)] for cidr in one.open_to}
        return [cidr for cidr in self.open_to if cidr not in before]

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        master = as_master(self, platform)
        sign_in = by_token(self, self._login_ids) if self.iam_users else master
        return {
            "connect": reached(self, sign_in, self._ports, self._environment),
            "manage": reached(self, master, (door(self),), self._direct),
            "backup": backup(self),
        }

    @property
    def _login_ids(self) -> tuple[Value, ...]:
        """A proxy stands for the database, but not for the replicas of an instance."""
        first = proxy_resource(self) if self.proxy else self.resource_ids[0]
        return (first, *self.resource_ids[1:])

    @property
    def _ports(self) -> tuple[Port, ...]:
        if not self.proxy:
            return (door(self),)
        front = Port(proxy_port(self), Ref(self.proxy_group_id), behind=f"{self.name}-database-proxy")
        return (front, door(self)) if self.replica_ids else (front,)

    @property
    def _host(self) -> Value:
        return GetAtt(self.main_id, "Endpoint.Address")

    @property
    def _direct(self) -> Mapping[str, Value]:
        return {"HOST": self._host, "PORT": str(self.port_number), "NAME": self.database}

    @property
    def _environment(self) -> Mapping[str, Value]:
        found = {**self._direct, **self._reading}
        if self.proxy:
            found |= {"HOST": GetAtt(self.part("Proxy"), "Endpoint"), "PORT": str(proxy_port(self))}
        return found

    @property
    def _reading(self) -> Mapping[str, Value]:
        """Where to read: Aurora spreads connections by itself; of replicas the first, and all of them in a list."""
        if not self.reader_count:
            return {}
        if self.facts.aurora and self.proxy:
            return {"READER_HOST": GetAtt(self.part("ProxyReader"), "Endpoint"), "READER_PORT": str(proxy_port(self))}
        found: dict[str, Value] = {"READER_HOST": self._reader_host, "READER_PORT": str(self.port_number)}
        if len(self.replica_ids) > 1:
            found["READER_HOSTS"] = Sub(",".join(f"${{{one}.Endpoint.Address}}" for one in self.replica_ids))
        return found

    @property
    def _reader_host(self) -> Value:
        if self.facts.aurora:
            return GetAtt(self.main_id, "ReadEndpoint.Address")
        return GetAtt(self.replica_ids[0], "Endpoint.Address") if self.replica_ids else self._host

    def attributes(self) -> Mapping[str, Value]:
        return {
            "endpoint": self._host,
            "reader_endpoint": self._reader_host,
            "port": str(self.port_number),
            "secret_arn": self.secret_arn,
            "arn": self.arn,
            "name": self.database,
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(self.part("Endpoint"), self._host, f"Host name of the database {self.name}")
        about = f"Secret with the master user's name and password of {self.name}"
        yield Output(self.part("SecretArn"), self.secret_arn, about)
        if self.proxy:
            host = GetAtt(self.part("Proxy"), "Endpoint")
            yield Output(self.part("ProxyEndpoint"), host, f"Host name of the proxy of the database {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        return alarms(self)

    def charts(self, platform: Platform) -> Iterable[Chart]:
        return charts(self)


KIND = Database
