"""A serverless cache: it grows and shrinks by itself, and has neither nodes nor a parameter group.

Source: ElastiCache user guide, "Scaling ElastiCache Serverless" (limits) and "Comparing serverless and node-based";
CloudFormation reference, AWS::ElastiCache::ServerlessCache; API reference, CreateServerlessCache.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, Ref, elasticache

from compiler.kinds.caches.engines import serverless_major
from compiler.kinds.caches.settings import CacheSettings, Serverless
from compiler.kinds.caches.users import users
from compiler.program.component import Platform
from compiler.shared.keep import deletion
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.subnets import isolated_subnets

_MOST_SUBNETS = 3
"""A serverless cache has its endpoints in two or three zones."""


def serverless(cache: CacheSettings, limits: Serverless, platform: Platform) -> Iterator[AWSObject]:
    if not cache.memcached:
        yield from users(cache, platform)
    yield elasticache.ServerlessCache(
        cache.main_id,
        ServerlessCacheName=cache.own_name(platform),
        Description=f"Cache {cache.name}",
        Engine=cache.engine,
        MajorEngineVersion=serverless_major(cache.engine, cache.version),
        KmsKeyId=KEY_ARN,
        SecurityGroupIds=[Ref(cache.group_id)],
        SubnetIds=isolated_subnets(platform)[:_MOST_SUBNETS],
        **({} if cache.memcached else {"UserGroupId": Ref(cache.part("Users"))}),
        **_limits(limits),
        **_snapshots(cache, platform),
    )


def _limits(limits: Serverless) -> Mapping[str, object]:
    storage = _between(limits.min_gb, limits.max_gb)
    requests = _between(limits.min_ecpu, limits.max_ecpu)
    found = {
        **({"DataStorage": elasticache.DataStorage(Unit="GB", **storage)} if storage else {}),
        **({"ECPUPerSecond": elasticache.ECPUPerSecond(**requests)} if requests else {}),
    }
    return {"CacheUsageLimits": elasticache.CacheUsageLimits(**found)} if found else {}


def _between(least: int | None, most: int | None) -> Mapping[str, int]:
    return {name: value for name, value in (("Minimum", least), ("Maximum", most)) if value is not None}


def _snapshots(cache: CacheSettings, platform: Platform) -> Mapping[str, object]:
    """CloudFormation takes no DeletionPolicy Snapshot of this type; the cache makes its last snapshot by itself."""
    window = {"DailySnapshotTime": cache.snapshot_window.partition("-")[0]} if cache.snapshot_window else {}
    last = {"FinalSnapshotName": cache.own_name(platform, "final")} if cache.keep == "snapshot" else {}
    daily = {"SnapshotRetentionLimit": cache.snapshot_days} if cache.snapshot_days else {}
    return {**daily, **window, **last, **deletion("retain" if cache.keep == "retain" else "delete")}
