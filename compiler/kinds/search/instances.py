"""What follows from an instance type, whichever AWS has (OpenSearch Service developer guide, supported types)."""

from __future__ import annotations

_BURSTABLE = ("t2", "t3", "t4g")
_UNENCRYPTED = ("m3", "r3", "t2")
_STORAGE_OPTIMISED = ("i", "oi")


def is_burstable(instance: str) -> bool:
    """Whether its CPU is shared, which UltraWarm and standby do not take."""
    return instance.split(".")[0] in _BURSTABLE


def has_own_disks(instance: str) -> bool:
    """Whether it keeps data on disks of its own, and takes no EBS volume: ``i4i``, ``im4gn``, ``oi2``, ``r6gd``."""
    family = instance.split(".")[0]
    return family.startswith(_STORAGE_OPTIMISED) or family.endswith("gd")


def is_unencrypted(instance: str) -> bool:
    """Whether it is of a previous generation that can't encrypt data at rest, which every domain here does."""
    return instance.split(".")[0] in _UNENCRYPTED
