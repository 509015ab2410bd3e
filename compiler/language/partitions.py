"""The partitions of AWS: what has nothing in common but names, neither accounts nor ways to copy data."""

from __future__ import annotations


def partition(region: str) -> str:
    """The partition of a region, within which accounts and global names are: ``aws``, ``cn``, ``us-gov`` and so on."""
    first, second, *_ = region.split("-")
    return f"{first}-{second}" if second.startswith(("gov", "iso")) else first if first in ("cn", "eusc") else "aws"
