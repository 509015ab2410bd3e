"""What follows from the engine and version of a cache, whichever AWS has (ElastiCache user guide, engine versions)."""

from __future__ import annotations

_ONE_FOR_ALL_SIX = "redis6.x"
_FIRST_WITH_USERS = {"redis": 6}
_FIRST_WITH_TOKENS = {"redis": 7}


def family(engine: str, version: str) -> str:
    """The parameter group family: one a major version."""
    return _ONE_FOR_ALL_SIX if (engine, _major(version)) == ("redis", 6) else f"{engine}{_major(version)}"


def has_users(engine: str, version: str) -> bool:
    """Whether users have access of their own (ElastiCache user guide, role-based access control)."""
    return _major(version) >= _FIRST_WITH_USERS.get(engine, 0)


def takes_tokens(engine: str, version: str) -> bool:
    """Whether users sign in with IAM, and whether the mode of encryption in transit is a setting.

    Source: ElastiCache user guide, authenticating with IAM and in-transit encryption: Redis OSS 7 and Valkey.
    """
    return _major(version) >= _FIRST_WITH_TOKENS.get(engine, 0)


def _major(version: str) -> int:
    return int(version.partition(".")[0])
