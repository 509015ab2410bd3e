"""ElastiCache: replication groups of Redis OSS and Valkey, Memcached clusters, and serverless caches of all three."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, Ref

from compiler.kinds.caches.access import connect, shared
from compiler.kinds.caches.memcached import memcached
from compiler.kinds.caches.metrics import alarms, charts
from compiler.kinds.caches.replication_group import replication_group
from compiler.kinds.caches.serverless import serverless
from compiler.kinds.caches.settings import CacheSettings
from compiler.program.component import AlarmSpec, Capability, Chart, Output, Platform, Value
from compiler.shared.security_groups import security_group
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class Cache(CacheSettings):
    """One cache. Of Redis OSS and Valkey the default user can't do anything; applications have a user of their own."""

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield security_group(self.group_id, f"Cache {self.name}")
        if self.serverless:
            yield from serverless(self, self.serverless, platform)
        elif self.memcached:
            yield from memcached(self, platform)
        else:
            yield from replication_group(self, platform)

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        return {"connect": connect(self, platform), "recover": Capability()}

    def shares(self, platform: Platform) -> Mapping[str, Json]:
        return shared(self, platform)

    def attributes(self) -> Mapping[str, Value]:
        return {
            "endpoint": self.host,
            "port": str(self.port_number),
            "username": Ref(self.part("User")),
            "id": self.id,
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        yield Output(self.part("Endpoint"), self.host, f"Host name of the cache {self.name}")

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        return alarms(self)

    def charts(self, platform: Platform) -> Iterable[Chart]:
        return charts(self)


KIND = Cache
