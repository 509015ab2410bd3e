"""RDS instances with their replicas, and Aurora clusters, with their subnet, parameter and security groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, Sub, rds

from compiler.kinds.databases.access import as_master, backup, by_token, door, queried, reached
from compiler.kinds.databases.alike import monitoring_role, secret
from compiler.kinds.databases.cluster import cluster
from compiler.kinds.databases.events import events
from compiler.kinds.databases.extensions import extensions
from compiler.kinds.databases.instance import instance
from compiler.kinds.databases.metrics import alarms, charts
from compiler.kinds.databases.open_ranges import Door, routes, ways_in
from compiler.kinds.databases.proxy import proxy, proxy_port, proxy_resource
from compiler.kinds.databases.settings import DatabaseSettings
from compiler.language.naming import physical_name
from compiler.program.component import AlarmSpec, Capability, Chart, Output, Platform, Port, Value
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.security_groups import security_group
from compiler.shared.snapshots import snapshot_capability
from compiler.shared.subnets import isolated_subnets
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class Database(DatabaseSettings):
    """One instance or cluster. RDS makes its master password, keeps it in Secrets Manager and rotates it every week."""

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield security_group(self.group_id, f"Database {self.name}")
        yield rds.DBSubnetGroup(
            self.part("Subnets"),
            DBSubnetGroupDescription=f"Isolated subnets of {self.name}",
            SubnetIds=isolated_subnets(platform),
        )
        if self.monitoring_seconds:
            yield monitoring_role(self)
        if self.password == "generated" and not self.source:
            yield secret(self, platform)
        yield from cluster(self) if self.facts.aurora else instance(self, platform)
        if self.proxy:
            yield from proxy(self, platform, self.proxy)
        if self.creates_extensions:
            yield from extensions(self, platform)
        if self.events:
            yield from events(self, platform)
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
            "query": queried(self, platform),
            "backup": backup(self),
            "recover": Capability(),
            "snapshot": self._snapshot(platform),
        }

    def _snapshot(self, platform: Platform) -> Capability:
        if not self.snapshot_before_deployment:
            return Capability()
        data, kind = platform.spec.at(self.address).settings, platform.schema.kinds[self.section]
        pattern = physical_name(platform.document.data["naming"], kind, self.name, data)
        return snapshot_capability(platform, self.identifier or pattern, self.facts.aurora)

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
        if not self._reads_apart:
            return {}
        if self.facts.aurora and self.proxy:
            return {"READER_HOST": GetAtt(self.part("ProxyReader"), "Endpoint"), "READER_PORT": str(proxy_port(self))}
        found: dict[str, Value] = {"READER_HOST": self._reader_host, "READER_PORT": str(self.port_number)}
        if len(self.replica_ids) > 1:
            found["READER_HOSTS"] = Sub(",".join(f"${{{one}.Endpoint.Address}}" for one in self.replica_ids))
        return found

    @property
    def _reads_apart(self) -> bool:
        """Whether reading has a host name of its own."""
        if self.existing is not None:
            return bool(self.existing.get("reader"))
        return bool(self.reader_count or self.secondary)

    @property
    def _reader_host(self) -> Value:
        if self.facts.aurora or self.existing is not None:
            return GetAtt(self.main_id, "ReadEndpoint.Address")
        return GetAtt(self.replica_ids[0], "Endpoint.Address") if self.replica_ids else self._host

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        """Through the proxy, where the database has one."""
        front = self._ports[0]
        reader = self._reading.get("READER_HOST")
        return {
            "id": self.arn,
            "host": self._environment["HOST"],
            "port": front.number,
            **({"reader": reader} if reader and not self.proxy else {}),
            "secret": self.secret_arn,
            "key": self.secret_key or KEY_ARN,
            "security_group": front.security_group,
        }

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
