"""Replication groups and Memcached clusters."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted

_MEMCACHED = "memcached"


def _replication_group(wanted: Wanted) -> Properties | None:
    engine = wanted.setting("engine", "valkey")
    if engine == _MEMCACHED:
        return None
    return {
        "ReplicationGroupId": wanted.name,
        "ReplicationGroupDescription": "Existing cache",
        "Engine": engine,
        "TransitEncryptionEnabled": True,
    }


def _cluster(wanted: Wanted) -> Properties | None:
    if wanted.setting("engine", "") != _MEMCACHED:
        return None
    group = wanted.setting("security_group", "")
    return {
        "ClusterName": wanted.name,
        "Engine": _MEMCACHED,
        "CacheNodeType": "cache.t4g.micro",
        "NumCacheNodes": 1,
        "TransitEncryptionEnabled": True,
        "VpcSecurityGroupIds": [group] if group else [],
    }


SEEDS = {
    "AWS::ElastiCache::ReplicationGroup": Seed(("elasticache", "_replication_groups"), _replication_group),
    "AWS::ElastiCache::CacheCluster": Seed(("elasticache", "_clusters"), _cluster),
}
