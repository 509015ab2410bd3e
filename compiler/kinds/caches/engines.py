"""What follows from the engine and version of a cache, whichever AWS has (ElastiCache user guide, engine versions)."""

from __future__ import annotations

import re
from collections.abc import Mapping

MEMCACHED = "memcached"
PORTS: Mapping[str, int] = {"redis": 6379, "valkey": 6379, MEMCACHED: 11211}
"""The port of each engine."""
READER_PORTS: Mapping[str, int] = {"redis": 6380, "valkey": 6380, MEMCACHED: 11212}
"""The port of a serverless cache for reads from the nearest replica; its endpoint has the same host.

Source: ElastiCache user guide, "Step 1: Create a cache": security groups of serverless caches allow both ports.
"""
_ONE_FOR_ALL_SIX = "redis6.x"
_FIRST_WITH_USERS = {"redis": 6}
_FIRST_WITH_TOKENS = {"redis": 7}
_FIRST_WITH_TLS = (1, 6, 12)
"""Version of Memcached (ElastiCache user guide, in-transit encryption)."""


def family(engine: str, version: str) -> str:
    """The parameter group family: one a major version, of Memcached one a minor version."""
    if engine == MEMCACHED:
        return f"{engine}{serverless_major(engine, version)}"
    return _ONE_FOR_ALL_SIX if (engine, _major(version)) == ("redis", 6) else f"{engine}{_major(version)}"


def serverless_major(engine: str, version: str) -> str:
    """What a serverless cache has for a version: ``8``, and of Memcached ``1.6``."""
    return ".".join(version.split(".")[: 2 if engine == MEMCACHED else 1])


def has_users(engine: str, version: str) -> bool:
    """Whether users have access of their own (ElastiCache user guide, role-based access control)."""
    return engine != MEMCACHED and _major(version) >= _FIRST_WITH_USERS.get(engine, 0)


def takes_tokens(engine: str, version: str) -> bool:
    """Whether users sign in with IAM, and whether the mode of encryption in transit is a setting.

    Source: ElastiCache user guide, authenticating with IAM and in-transit encryption: Redis OSS 7 and Valkey.
    """
    return engine != MEMCACHED and _major(version) >= _FIRST_WITH_TOKENS.get(engine, 0)


def has_tls(version: str) -> bool:
    """Whether a version of Memcached encrypts in transit."""
    return tuple(map(int, re.findall(r"[0-9]+", version))) >= _FIRST_WITH_TLS


def _major(version: str) -> int:
    return int(version.partition(".")[0])
