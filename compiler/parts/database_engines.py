"""What differs between the engines of RDS.

Sources: Amazon RDS user guide, the pages on supported versions, DB parameter groups, publishing logs, TLS, and
Performance Insights' table of instance classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DatabaseEngine:
    """One engine; versions are majors, because RDS moves minor ones by itself."""

    versions: tuple[str, ...]
    port: int
    logs: tuple[str, ...]
    """All that the engine can export to CloudWatch Logs."""
    tls_only: tuple[str, str]
    """The parameter that turns down connections without TLS, and its value."""
    reserved: frozenset[str]
    """Names that neither the master user nor the first database can have."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """What the exported logs need."""
    without_insights: frozenset[str] = frozenset()
    """Instance classes that have no Performance Insights."""

    def family(self, engine: str, version: str) -> str:
        return f"{engine}{version}"


_SMALL = frozenset(f"db.{family}.{size}" for family in ("t2", "t3", "t4g") for size in ("micro", "small"))
_MYSQL_LOGS = ("audit", "error", "general", "slowquery")
_MYSQL_TLS = ("require_secure_transport", "1")
_MYSQL_RESERVED = frozenset(
    ("admin", "root", "rdsadmin", "rdsrepladmin", "mysql", "sys", "information_schema", "performance_schema", "innodb")
)
_MYSQL_PARAMETERS = {"log_output": "FILE", "slow_query_log": "1"}

ENGINES: Mapping[str, DatabaseEngine] = {
    "postgres": DatabaseEngine(
        versions=("14", "15", "16", "17", "18"),
        port=5432,
        logs=("postgresql", "upgrade"),
        tls_only=("rds.force_ssl", "1"),
        reserved=frozenset(("admin", "postgres", "rdsadmin", "rds_superuser", "db", "template0", "template1")),
    ),
    "mysql": DatabaseEngine(("8.0", "8.4"), 3306, _MYSQL_LOGS, _MYSQL_TLS, _MYSQL_RESERVED, _MYSQL_PARAMETERS, _SMALL),
    "mariadb": DatabaseEngine(
        ("10.6", "10.11", "11.4", "11.8"), 3306, _MYSQL_LOGS, _MYSQL_TLS, _MYSQL_RESERVED, _MYSQL_PARAMETERS, _SMALL
    ),
}
