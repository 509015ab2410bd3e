"""What an instance of RDS and replicas of any sort have alike, and how an instance is backed up."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import Ref

from compiler.kinds.databases.alike import inside, insights, insights_mode, logs, monitoring, windows
from compiler.kinds.databases.settings import DatabaseSettings
from compiler.program.component import Platform


def alike(database: DatabaseSettings) -> Mapping[str, object]:
    """What the instance and its replicas have in common."""
    said = {"MaxAllocatedStorage": database.max_storage, "Iops": database.iops}
    return {
        "Engine": database.engine,
        "DBInstanceClass": database.instance,
        "CACertificateIdentifier": database.ca,
        "DBParameterGroupName": Ref(database.part("Parameters")),
        "AutoMinorVersionUpgrade": database.auto_minor_upgrade,
        "StorageType": database.storage_type,
        "EnableIAMDatabaseAuthentication": database.iam_authentication,
        **_storage(database),
        **{name: value for name, value in said.items() if value},
        **inside(database),
        **insights(database),
        **insights_mode(database),
        **monitoring(database),
        **logs(database),
    }


def _storage(database: DatabaseSettings) -> Mapping[str, object]:
    """None said where it may have grown at the source: RDS takes that of the source then, and refuses less.

    Source: RDS API reference, RestoreDBInstanceToPointInTime and CreateDBInstanceReadReplica, AllocatedStorage.
    """
    if database.max_storage and (database.restore_from or database.replica_of):
        return {}
    return {"AllocatedStorage": str(database.storage)}


def backups(database: DatabaseSettings, platform: Platform) -> Mapping[str, object]:
    return {
        "BackupRetentionPeriod": database.backup_days,
        "CopyTagsToSnapshot": True,
        "DeletionProtection": database.deletion_protection,
        **windows(database),
        **(database.replicate_backups.settings(platform) if database.replicate_backups else {}),
    }
