"""DeletionPolicy and UpdateReplacePolicy of what holds data."""

from __future__ import annotations

_POLICIES = {"delete": "Delete", "retain": "Retain", "snapshot": "Snapshot"}


def deletion(keep: str, replaced: str = "Retain") -> dict[str, str]:
    """The two policies for the ``keep`` setting; a replaced resource is never just deleted (Retain or Snapshot)."""
    return {"DeletionPolicy": _POLICIES[keep], "UpdateReplacePolicy": replaced}
