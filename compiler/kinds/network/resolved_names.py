"""Names that are resolved whatever a spec lists, and which a list means. Without troposphere, for the checks too."""

from __future__ import annotations

from collections.abc import Iterable

ALWAYS = ("amazonaws.com", "*.amazonaws.com", "*.api.aws", "*.internal")
"""APIs of AWS and its names for databases, caches and load balancers; private names of the VPC and of its services.

Without ``*.on.aws``, below which anybody's functions have their URLs.
"""


def resolved(name: str, domains: Iterable[str]) -> bool:
    """Whether one of the domains is the name, or with a wildcard above it."""
    return any(name == one or (one.startswith("*.") and name.endswith(one[1:])) for one in domains)
