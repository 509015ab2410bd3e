"""One instance of RDS with its parameter group, and its read replicas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, rds

from compiler.kinds.databases.alike import (
    ANY_MINOR,
    parameters,
    password,
    waived,
)
from compiler.kinds.databases.automated import AUTOMATED
from compiler.kinds.databases.instance_settings import alike, backups
from compiler.kinds.databases.replica import Copied, replica
from compiler.kinds.databases.settings import DatabaseSettings
from compiler.program.component import Platform
from compiler.shared.keep import deletion
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.snapshots import marked

_RESTORED = {"id": "CKV_AWS_16", "comment": "A restored instance is encrypted as its snapshot"}
_REPLICATED = {"id": "CKV_AWS_16", "comment": "A read replica is encrypted as its source"}


def instance(database: DatabaseSettings, platform: Platform) -> Iterator[AWSObject]:
    yield rds.DBParameterGroup(
        database.part("Parameters"),
        Description=f"Parameters of {database.name}",
        Family=database.facts.family(database.engine, database.version),
        Parameters=parameters(database),
    )
    yield replica(database, database.replica_of, platform) if database.replica_of else _primary(database, platform)
    for logical_id in database.replica_ids:
        yield _replica(database, logical_id)


def _primary(database: DatabaseSettings, platform: Platform) -> rds.DBInstance:
    make = Copied if database.restore_from else rds.DBInstance
    return make(
        database.main_id,
        EngineVersion=database.version,
        Port=str(database.port_number),
        AllowMajorVersionUpgrade=database.allow_major_upgrade,
        MultiAZ=database.multi_az,
        PubliclyAccessible=bool(database.public),
        **({"DBInstanceIdentifier": database.identifier} if database.identifier else {}),
        **alike(database),
        **_origin(database),
        **password(database),
        **backups(database, platform),
        **deletion(database.keep, "Snapshot"),
        Metadata={
            **ANY_MINOR,
            **waived(database, [_RESTORED] if database.restore_from else []),
            **marked(database.snapshot_before_deployment),
        },
    )


def _replica(database: DatabaseSettings, logical_id: str) -> rds.DBInstance:
    """It takes version, port, users, data and encryption from its source, and CloudFormation ignores its policies.

    Source: CloudFormation reference, AWS::RDS::DBInstance, SourceDBInstanceIdentifier, KmsKeyId and StorageEncrypted.
    The source is named by its ARN: by its name RDS refuses a subnet group in the same region
    (hashicorp/terraform-provider-aws issue 528, aws/aws-cdk issue 5530).
    """
    return Copied(
        logical_id,
        SourceDBInstanceIdentifier=database.arn,
        CopyTagsToSnapshot=True,
        PubliclyAccessible=False,
        **alike(database),
        **({"PreferredMaintenanceWindow": database.maintenance_window} if database.maintenance_window else {}),
        **deletion("delete", "Delete"),
        Metadata={**ANY_MINOR, "checkov": {"skip": [_REPLICATED]}},
    )


def _origin(database: DatabaseSettings) -> Mapping[str, object]:
    """An empty database, or a snapshot or automated backups, which bring their names and their encryption along.

    CloudFormation restores first, and then sets version, password and backups: shouldUpdateAfterCreate in
    aws-cloudformation-resource-providers-rds.
    Source: CloudFormation reference, AWS::RDS::DBInstance, DBSnapshotIdentifier, SourceDBInstanceAutomatedBackupsArn.
    """
    if AUTOMATED in (database.restore_from or ""):
        time = {"RestoreTime": database.restore_time} if database.restore_time else {"UseLatestRestorableTime": True}
        return {"SourceDBInstanceAutomatedBackupsArn": database.restore_from, **time}
    if database.restore_from:
        return {"DBSnapshotIdentifier": database.restore_from}
    return {
        "DBName": database.database,
        "MasterUsername": database.username,
        "StorageEncrypted": True,
        "KmsKeyId": KEY_ARN,
    }
