"""The settings of a cache, and what follows from them alone."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import GetAtt, Ref, Sub

from compiler.kinds.caches.engines import MEMCACHED, PORTS
from compiler.program.component import Component, Platform, Value
from compiler.shared.physical_names import physical_name
from compiler.source.frozen import frozen

_LONGEST_ID = 40
"""Of users, user groups and serverless caches."""
_CLUSTER = "Cluster"
_SERVERLESS = "Serverless"


@frozen()
class Serverless:
    """Between what sizes a serverless cache moves."""

    min_gb: int | None
    max_gb: int | None
    min_ecpu: int | None
    max_ecpu: int | None


@frozen(kw_only=True)
class CacheSettings(Component):
    """What each form of a cache has to say of itself: replication group, Memcached cluster, serverless cache."""

    engine: str
    version: str
    node: str
    nodes: int
    shards: int
    serverless: Serverless | None
    auth: str
    access: str
    port: int | None
    eviction: str
    keeps_data: bool
    engine_parameters: Mapping[str, str | int | float]
    snapshot_days: int
    snapshot_window: str | None
    maintenance_window: str | None
    auto_minor_upgrade: bool
    keep: str

    def part(self, name: str) -> str:
        """Logical id of something that belongs to the cache, whatever its form."""
        return f"{self.stem}{name}"

    @property
    def main_id(self) -> str:
        """CloudFormation changes no resource's type, so each form has another id."""
        if self.serverless:
            return self.part(_SERVERLESS)
        return self.part(_CLUSTER if self.memcached else "")

    @property
    def memcached(self) -> bool:
        return self.engine == MEMCACHED

    @property
    def clustered(self) -> bool:
        """Whether clients speak cluster mode; with a serverless Redis OSS or Valkey they always do."""
        return self.shards > 1 or bool(self.serverless and not self.memcached)

    @property
    def port_number(self) -> int:
        return self.port or PORTS[self.engine]

    @property
    def group_id(self) -> str:
        """Logical id of the security group in front of the cache."""
        return self.part("SecurityGroup")

    @property
    def secret_id(self) -> str:
        return self.part("Secret")

    def own_name(self, platform: Platform, part: str = "") -> str:
        """Names of users and of serverless caches are unique in an account and region."""
        words = (platform.name, platform.environment, self.name, part)
        return physical_name(tuple(one for one in words if one), _LONGEST_ID)

    @property
    def host(self) -> Value:
        return GetAtt(self.main_id, self._endpoint)

    @property
    def _endpoint(self) -> str:
        if self.serverless:
            return "Endpoint.Address"
        if self.memcached:
            return "ConfigurationEndpoint.Address"
        return "ConfigurationEndPoint.Address" if self.clustered else "PrimaryEndPoint.Address"

    @property
    def arn(self) -> Value:
        """What a token of IAM is for."""
        kind = "serverlesscache" if self.serverless else "replicationgroup"
        return self.own_arn(kind, self.main_id)

    def own_arn(self, kind: str, logical_id: str) -> Value:
        place = "arn:${AWS::Partition}:elasticache:${AWS::Region}:${AWS::AccountId}"
        return Sub(f"{place}:{kind}:${{{logical_id}}}")

    @property
    def id(self) -> Value:
        return Ref(self.main_id)
