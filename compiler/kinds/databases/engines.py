"""What differs between the engines of RDS.

Sources: Amazon RDS and Aurora user guides, the pages on supported versions, DB parameter groups, publishing logs, TLS,
auditing, RDS Proxy's limitations, and Performance Insights' table of instance classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from compiler.source.frozen import frozen


@frozen()
class DatabaseEngine:
    """One engine, of whatever version: which there are is in the facts."""

    port: int
    logs: tuple[str, ...]
    """What the engine exports to CloudWatch Logs unless the spec says which."""
    tls_only: tuple[str, str]
    """The parameter that turns down connections without TLS, and its value."""
    reserved: frozenset[str]
    """Names that neither the master user nor the first database can have."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What the exported logs need."""
    without_insights: frozenset[str] = frozenset()
    """Instance classes that have no Performance Insights."""
    aurora: bool = False
    """Whether its databases are clusters with a volume of their own."""
    proxied: str = "MYSQL"
    """What RDS Proxy calls the engine family; its proxies listen on the family's own port (3306, 5432) only."""

    majors: str = r"[0-9]+\.[0-9]+"
    """What a major version looks like: majors alone are pinned, because RDS moves minor ones by itself."""
    longest_user: int = 32
    """Characters that the master user's name may have; no engine's limit is below it but MariaDB's."""

    def family(self, engine: str, version: str) -> str:
        return f"{engine}{version}"


_SMALL = frozenset(f"db.{family}.{size}" for family in ("t2", "t3", "t4g") for size in ("micro", "small"))
_POSTGRES_MAJORS = r"9\.[0-9]|[1-9][0-9]"
_MYSQL_LOGS = ("audit", "error", "general", "slowquery")
_MYSQL_TLS = ("require_secure_transport", "1")
_MYSQL_RESERVED = frozenset(
    ("admin", "root", "rdsadmin", "rdsrepladmin", "mysql", "sys", "information_schema", "performance_schema", "innodb")
)
_MYSQL_PARAMETERS = {"log_output": "FILE", "slow_query_log": "1"}
_POSTGRES_RESERVED = frozenset(("admin", "postgres", "rdsadmin", "rds_superuser", "db", "template0", "template1"))
_AUDITED = {
    "server_audit_events": "CONNECT,QUERY_DCL,QUERY_DDL",
    "server_audit_logging": "1",
    "slow_query_log": "1",
}
_T3 = frozenset(f"db.{family}.{size}" for family in ("t2", "t3") for size in ("small", "medium", "large"))

ENGINES: Mapping[str, DatabaseEngine] = {
    "postgres": DatabaseEngine(
        majors=_POSTGRES_MAJORS,
        port=5432,
        logs=("postgresql", "upgrade"),
        tls_only=("rds.force_ssl", "1"),
        reserved=_POSTGRES_RESERVED,
        proxied="POSTGRESQL",
    ),
    "mysql": DatabaseEngine(3306, _MYSQL_LOGS, _MYSQL_TLS, _MYSQL_RESERVED, _MYSQL_PARAMETERS, _SMALL),
    "mariadb": DatabaseEngine(
        port=3306,
        logs=_MYSQL_LOGS,
        tls_only=_MYSQL_TLS,
        reserved=_MYSQL_RESERVED,
        parameters=_MYSQL_PARAMETERS,
        without_insights=_SMALL,
        longest_user=16,
    ),
    "aurora-postgresql": DatabaseEngine(
        majors=_POSTGRES_MAJORS,
        port=5432,
        logs=("postgresql",),
        tls_only=("rds.force_ssl", "1"),
        reserved=_POSTGRES_RESERVED,
        aurora=True,
        proxied="POSTGRESQL",
    ),
    "aurora-mysql": DatabaseEngine(
        port=3306,
        logs=_MYSQL_LOGS,
        tls_only=("require_secure_transport", "ON"),
        reserved=_MYSQL_RESERVED,
        parameters=_AUDITED,
        without_insights=_T3,
        aurora=True,
    ),
}
