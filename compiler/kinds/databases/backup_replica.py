"""Copies of a database's automated backups in another region."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.program.component import Platform
from compiler.shared.recovery_region import copy_key
from compiler.source.frozen import frozen


@frozen()
class Replica:
    """Where the copies are, what encrypts them there, and how long they stay."""

    region: str
    key: str | None
    days: int | None

    def settings(self, platform: Platform) -> Mapping[str, object]:
        """Properties of the instance."""
        days = {"AutomaticBackupReplicationRetentionPeriod": self.days} if self.days else {}
        return {
            "AutomaticBackupReplicationRegion": self.region,
            "AutomaticBackupReplicationKmsKeyId": copy_key(platform, self.region, self.key),
            **days,
        }
