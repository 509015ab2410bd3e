"""Copies of backups in other vaults: the plan's part, and what AWS Backup's role needs for them.

Source: the managed policy AWSBackupServiceRolePolicyForBackup.
"""

from __future__ import annotations

from collections.abc import Iterator

from troposphere import GetAtt, Sub

from compiler.kinds.backups.recovery import key_id, vault_id
from compiler.kinds.backups.settings import BackupSettings
from compiler.program.component import Grant, Platform, Value
from compiler.shared.arns import region_in

_FOR_SERVICES = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
_SNAPSHOTS = ("snapshot", "cluster-snapshot")
_COPY_SNAPSHOTS = ("rds:AddTagsToResource", "rds:CopyDBClusterSnapshot", "rds:CopyDBSnapshot")
_LOOK_AT_SNAPSHOTS = ("rds:DescribeDBClusterSnapshots", "rds:DescribeDBSnapshots")


def copy_grants(component: BackupSettings, platform: Platform) -> Iterator[tuple[str, Grant]]:
    """Statement id and grant of each permission; none without copies."""
    copies = [one for _, rule in sorted(component.rules.items()) for one in rule.copies]
    vaults: list[Value] = list(dict.fromkeys(one.vault for one in copies))
    keys: list[Value] = list(dict.fromkeys(one.key for one in copies if one.key))
    if component.recovery:
        vaults.insert(0, GetAtt(vault_id(component), "BackupVaultArn"))
        keys.insert(0, GetAtt(key_id(component), "Arn"))
    if vaults:
        yield "CopyInto", Grant(("backup:CopyIntoBackupVault", "backup:DescribeBackupVault"), tuple(vaults))
        yield "CopyFrom", Grant(("backup:CopyFromBackupVault",), tuple(_recovery_points()))
    if keys:
        yield "CopyKeys", Grant(("kms:DescribeKey",), tuple(keys))
        yield "CopyKeysForServices", Grant(("kms:CreateGrant",), tuple(keys), _FOR_SERVICES)
    if vaults and _of_rds(component, platform):
        yield from _snapshots(_regions(component, platform))


def _recovery_points() -> Iterator[Value]:
    """AWS Backup's own, and those that are snapshots of the service they are of."""
    here = "${AWS::Region}:${AWS::AccountId}"
    yield Sub(f"arn:${{AWS::Partition}}:backup:{here}:recovery-point:*")
    yield Sub(f"arn:${{AWS::Partition}}:dynamodb:{here}:table/*/backup/*")
    for kind in _SNAPSHOTS:
        yield Sub(f"arn:${{AWS::Partition}}:rds:{here}:{kind}:awsbackup:*")


def _regions(component: BackupSettings, platform: Platform) -> list[str]:
    """The other regions that copies are in."""
    found = {region_in(one.vault) for rule in component.rules.values() for one in rule.copies}
    return sorted((found | ({component.recovery.region} if component.recovery else set())) - {platform.region})


def _of_rds(component: BackupSettings, platform: Platform) -> bool:
    """Whether something of RDS is backed up: what a backup of it takes says so."""
    given = (platform.capability(edge) for edge in platform.edges_from(component) if edge.verb == "backup")
    return any(action.startswith("rds:") for one in given for grant in one.grants for action in grant.actions)


def _snapshots(regions: list[str]) -> Iterator[tuple[str, Grant]]:
    """RDS copies from snapshot to snapshot, so that both ends are named, and looks for the copy by a list of all."""
    places = ("${AWS::Region}", *regions)
    ends = [(place, kind) for place in places for kind in _SNAPSHOTS]
    prefix = "arn:${AWS::Partition}:rds"
    copied = tuple(Sub(f"{prefix}:{place}:${{AWS::AccountId}}:{kind}:awsbackup:*") for place, kind in ends)
    every = tuple(Sub(f"{prefix}:{place}:${{AWS::AccountId}}:{kind}:*") for place, kind in ends)
    yield "CopySnapshots", Grant(_COPY_SNAPSHOTS, copied)
    yield "LookAtSnapshots", Grant(_LOOK_AT_SNAPSHOTS, every)
