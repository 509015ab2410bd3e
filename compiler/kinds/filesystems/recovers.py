"""How a file system comes back in another region: its replica, or a restored backup.

Source: EFS user guide, "Replicating EFS file systems": most file systems have a recovery point of 15 minutes.
"""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.recovery import LIVE, Recovers, Step, Way, Wish, existing, hole
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.backup_copies import Restore, copied_backups

_REPLICATED = 15


def recovers(component: ResolvedComponent, spec: ResolvedSpec, wish: Wish) -> Recovers:
    metadata = (
        "file-system-id=ANY,newFileSystem=true,Encrypted=true,PerformanceMode=generalPurpose,CreationToken=recovery"
    )
    restore = Restore("EFS", existing(hole(component, "FILE_SYSTEM"), None), metadata)
    ways = (*_replica(component, wish), *copied_backups(component, spec, wish, restore))
    return Recovers(ways, "replicate", f"set 'replicate: {{region: {wish.region}}}'")


def _replica(component: ResolvedComponent, wish: Wish) -> Iterator[Way]:
    said = component.settings["replicate"]
    if not said or said["region"] != wish.region:
        return
    source, replica = hole(component, "SOURCE"), hole(component, "FILE_SYSTEM")
    pairs = "[SourceFileSystemId, Destinations[0].[FileSystemId, LastReplicatedTimestamp]]"
    listed = f"aws efs describe-replication-configurations --region {wish.region}"
    find = f"{listed} --query \"Replications[?SourceFileSystemRegion=='{wish.home}'].{pairs}\" --output text"
    drop = f"aws efs delete-replication-configuration --region {wish.region} --source-file-system-id {source}"
    steps = (
        Step(f"Find the file system, `{source}`, its replica, `{replica}`, and when that was last written.", (find,)),
        Step(
            "End the replication, so that the replica takes writes.",
            (f"{drop} --deletion-mode LOCAL_CONFIGURATION_ONLY",),
        ),
        Step("Give the replica mount targets and access points as the file system had them."),
    )
    yield Way("the replica of the file system", _REPLICATED, LIVE, steps, existing(replica, None))
