"""A replication group of Redis OSS or Valkey: a shard or several, each a primary with its replicas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, Ref, elasticache

from compiler.kinds.caches.engines import takes_tokens
from compiler.kinds.caches.parts import parameter_group, subnet_group
from compiler.kinds.caches.settings import CacheSettings
from compiler.kinds.caches.users import users
from compiler.program.component import Platform
from compiler.shared.keep import deletion
from compiler.shared.platform_key import KEY_ARN
from compiler.source.json_value import Json

_NO_EVICTION = "noeviction"


def replication_group(cache: CacheSettings, platform: Platform) -> Iterator[AWSObject]:
    yield subnet_group(cache, platform)
    cluster = {"cluster-enabled": "yes"} if cache.clustered else {}
    eviction = _NO_EVICTION if cache.keeps_data else cache.eviction
    yield parameter_group(cache, {"maxmemory-policy": eviction, **cluster})
    yield from users(cache, platform)
    yield _group(cache)


def _group(cache: CacheSettings) -> elasticache.ReplicationGroup:
    return elasticache.ReplicationGroup(
        cache.main_id,
        ReplicationGroupDescription=f"Cache {cache.name}",
        Engine=cache.engine,
        EngineVersion=cache.version,
        CacheNodeType=cache.node,
        Port=cache.port_number,
        CacheParameterGroupName=Ref(cache.part("Parameters")),
        CacheSubnetGroupName=Ref(cache.part("Subnets")),
        SecurityGroupIds=[Ref(cache.group_id)],
        UserGroupIds=[Ref(cache.part("Users"))],
        AtRestEncryptionEnabled=True,
        KmsKeyId=KEY_ARN,
        TransitEncryptionEnabled=True,
        AutoMinorVersionUpgrade=cache.auto_minor_upgrade,
        **_encryption_mode(cache),
        **_size(cache),
        **_snapshots(cache),
        **deletion(cache.keep, "Snapshot"),
    )


def _size(cache: CacheSettings) -> Mapping[str, Json]:
    """Cluster mode needs failover even without replicas; zones need a replica (ElastiCache user guide)."""
    spread = {"AutomaticFailoverEnabled": cache.clustered or cache.nodes > 1, "MultiAZEnabled": cache.nodes > 1}
    if cache.clustered:
        return {**spread, "NumNodeGroups": cache.shards, "ReplicasPerNodeGroup": cache.nodes - 1}
    return {**spread, "NumCacheClusters": cache.nodes}


def _encryption_mode(cache: CacheSettings) -> Mapping[str, Json]:
    """Before Redis OSS 7 there is no mode: encryption in transit is always required."""
    return {"TransitEncryptionMode": "required"} if takes_tokens(cache.engine, cache.version) else {}


def _snapshots(cache: CacheSettings) -> Mapping[str, Json]:
    windows = {"SnapshotWindow": cache.snapshot_window, "PreferredMaintenanceWindow": cache.maintenance_window}
    said = {name: value for name, value in windows.items() if value}
    return {"SnapshotRetentionLimit": cache.snapshot_days, **said}
