"""The settings of backups, and what follows from them alone."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import backup

from compiler.program.component import Component
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class Copy:
    """A copy in a vault that is there already."""

    vault: str
    key: str | None
    keep_days: int | None
    cold_after_days: int | None

    def action(self, keep_days: int) -> backup.CopyActionResourceType:
        """The copy in a rule that keeps its backups for `keep_days`."""
        cold = {"MoveToColdStorageAfterDays": self.cold_after_days} if self.cold_after_days else {}
        stay = backup.LifecycleResourceType(DeleteAfterDays=self.keep_days or keep_days, **cold)
        return backup.CopyActionResourceType(DestinationBackupVaultArn=self.vault, Lifecycle=stay)


@frozen()
class Rule:
    """When a backup is made and how long it is kept."""

    schedule: str
    timezone: str
    keep_days: int
    cold_after_days: int | None
    start_minutes: int
    complete_minutes: int
    copy_days: int | None
    copies: tuple[Copy, ...]


@frozen()
class Lock:
    """How long backups can't be deleted."""

    min_days: int
    max_days: int | None
    final_after_days: int | None


@frozen()
class Recovery:
    """Where the copies are."""

    region: str


@frozen(kw_only=True)
class BackupSettings(Component):
    """What backups have to say of themselves to the other modules of this room."""

    of: tuple[str, ...]
    rules: Mapping[str, Rule]
    recovery: Recovery | None
    lock: Lock | None
    keep: str

    def locked(self) -> dict[str, Json]:
        if not self.lock:
            return {}
        said = {"MaxRetentionDays": self.lock.max_days, "ChangeableForDays": self.lock.final_after_days}
        more = {name: days for name, days in said.items() if days is not None}
        return {"LockConfiguration": backup.LockConfigurationType(MinRetentionDays=self.lock.min_days, **more)}
