"""A Memcached cluster: nodes that share the keys among them, over TLS. It has no users, snapshots or replicas.

Source: ElastiCache user guide, "Comparing node-based clusters" and in-transit encryption of Memcached; CloudFormation
reference, AWS::ElastiCache::CacheCluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, Ref, elasticache

from compiler.kinds.caches.parts import parameter_group, subnet_group
from compiler.kinds.caches.settings import CacheSettings
from compiler.program.component import Platform
from compiler.shared.keep import deletion


def memcached(cache: CacheSettings, platform: Platform) -> Iterator[AWSObject]:
    yield subnet_group(cache, platform)
    yield parameter_group(cache, {})
    yield elasticache.CacheCluster(
        cache.main_id,
        Engine=cache.engine,
        EngineVersion=cache.version,
        CacheNodeType=cache.node,
        NumCacheNodes=cache.nodes,
        Port=cache.port_number,
        CacheParameterGroupName=Ref(cache.part("Parameters")),
        CacheSubnetGroupName=Ref(cache.part("Subnets")),
        VpcSecurityGroupIds=[Ref(cache.group_id)],
        TransitEncryptionEnabled=True,
        AutoMinorVersionUpgrade=cache.auto_minor_upgrade,
        **_spread(cache),
        **({"PreferredMaintenanceWindow": cache.maintenance_window} if cache.maintenance_window else {}),
        **deletion("retain" if cache.keep == "retain" else "delete", "Delete"),
    )


def _spread(cache: CacheSettings) -> Mapping[str, str]:
    """One node is in one zone; nodes in several can't go back to ``single-az`` (API reference, ModifyCacheCluster)."""
    return {"AZMode": "cross-az"} if cache.nodes > 1 else {}
