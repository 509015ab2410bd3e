"""Replication groups."""

from __future__ import annotations

from deployer.sandbox.seed import Properties, Seed, Wanted


def _replication_group(wanted: Wanted) -> Properties:
    return {
        "ReplicationGroupId": wanted.name,
        "ReplicationGroupDescription": "Existing cache",
        "Engine": wanted.setting("engine", "valkey"),
        "TransitEncryptionEnabled": True,
    }


SEEDS = {"AWS::ElastiCache::ReplicationGroup": Seed(("elasticache", "_replication_groups"), _replication_group)}
