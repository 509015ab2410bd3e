"""Earlier versions of a cache's engine, Redis OSS instead of Valkey, and modes that can't be left again.

The one way back is that from Valkey 7.2 to Redis OSS 7.1 (ElastiCache guide, "Upgrading engine versions including cross
engine upgrades"). Nor does a Memcached cluster go back (API reference, ModifyCacheCluster), and of
serverless caches the guide has upgrades alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.refusal import Rule, Subject

_ANEW = "make a new cache"
_SERVERLESS = "AWS::ElastiCache::ServerlessCache"


def _find(subject: Subject) -> Iterator[str]:
    if not subject.stays:
        return
    engines = subject.both("Engine")
    versions = subject.both("MajorEngineVersion" if subject.change.resource_type == _SERVERLESS else "EngineVersion")
    if engines == ("valkey", "redis") and not _way_back(*map(str, versions)):
        yield (
            f"Valkey {versions[0]} can't be changed back to Redis OSS {versions[1]}: ElastiCache goes from 7.2 to 7.1 "
            f"only, else {_ANEW}"
        )
    elif engines[0] == engines[1] and all(isinstance(one, str) for one in versions) and _earlier(*versions):
        yield f"{versions[0]} → {versions[1]} is a downgrade, which ElastiCache does not do: {_ANEW}"
    modes = subject.both("ClusterMode")
    if modes[0] == "enabled" and modes[1] in ("disabled", "compatible"):
        yield f"cluster mode can't be turned off: {_ANEW}"


def _way_back(before: str, after: str) -> bool:
    """A serverless cache has the major version alone."""
    return re.match(r"7(\.2\b|$)", before) is not None and re.match(r"7(\.1\b|$)", after) is not None


def _earlier(before: str, after: str) -> bool:
    old, new = ([int(one) for one in re.findall(r"\d+", version)] for version in (before, after))
    shared = min(len(old), len(new))
    return new[:shared] < old[:shared]


RULE = Rule(
    types=frozenset({"AWS::ElastiCache::CacheCluster", "AWS::ElastiCache::ReplicationGroup", _SERVERLESS}),
    find=_find,
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/VersionManagement.HowTo.html",
    properties=("EngineVersion", "MajorEngineVersion"),
)
