"""ElastiCache's engine versions and the parameter group family of each (ElastiCache user guide, engine versions)."""

from __future__ import annotations

from collections.abc import Mapping

FAMILIES: Mapping[str, Mapping[str, str]] = {
    "redis": {"7.0": "redis7", "7.1": "redis7"},
    "valkey": {"7.2": "valkey7", "8.0": "valkey8", "8.1": "valkey8", "8.2": "valkey8"},
}
"""Engine → version → family. All of these check IAM tokens and can demand TLS of every connection."""
