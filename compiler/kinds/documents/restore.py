"""What a cluster starts from, instead of being empty."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.frozen import frozen


@frozen()
class Restore:
    """A snapshot, or the backups or the volume of another cluster."""

    snapshot: str | None
    cluster: str | None
    time: str | None
    clone: bool

    def settings(self) -> Mapping[str, object]:
        """Properties of the cluster (API reference, RestoreDBClusterFromSnapshot, RestoreDBClusterToPointInTime)."""
        if self.snapshot:
            return {"SnapshotIdentifier": self.snapshot}
        return {
            "SourceDBClusterIdentifier": self.cluster,
            "RestoreType": "copy-on-write" if self.clone else "full-copy",
            **({"RestoreToTime": self.time} if self.time else {"UseLatestRestorableTime": True}),
        }
