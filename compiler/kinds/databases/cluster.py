"""An Aurora cluster: its volume, its parameter group, a writer and readers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from troposphere import AWSObject, Ref, rds
from troposphere.validators import double, integer

from compiler.kinds.databases.alike import (
    ANY_MINOR_OF_CLUSTER,
    insights,
    insights_mode,
    logs,
    monitoring,
    parameters,
    password,
    waived,
    windows,
)
from compiler.kinds.databases.global_cluster import global_cluster, secondary
from compiler.kinds.databases.settings import DatabaseSettings
from compiler.shared.keep import deletion
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.snapshots import marked
from compiler.source.json_value import Json

SERVERLESS_CLASS = "db.serverless"


class _Capacity(rds.ServerlessV2ScalingConfiguration):  # type: ignore[misc]
    """troposphere still refuses 0 and more than 128 (Aurora user guide, Aurora Serverless v2 capacity)."""

    props: ClassVar[Mapping[str, Json]] = {
        "MaxCapacity": (double, False),
        "MinCapacity": (double, False),
        "SecondsUntilAutoPause": (integer, False),
    }


def cluster(database: DatabaseSettings) -> Iterator[AWSObject]:
    yield rds.DBClusterParameterGroup(
        database.part("ClusterParameters"),
        Description=f"Parameters of {database.name}",
        Family=database.facts.family(database.engine, database.version),
        Parameters=parameters(database),
    )
    if database.instance_parameters:
        yield rds.DBParameterGroup(
            database.part("InstanceParameters"),
            Description=f"Parameters of the instances of {database.name}",
            Family=database.facts.family(database.engine, database.version),
            Parameters={name: str(value) for name, value in database.instance_parameters.items()},
        )
    yield _volume(database)
    if database.global_database and not database.secondary:
        yield global_cluster(database, database.global_database)
    first, *others = database.member_ids
    yield _member(database, first)
    for logical_id in others:
        # the first instance of a new cluster becomes its writer
        yield _member(database, logical_id, DependsOn=[first])


def _volume(database: DatabaseSettings) -> rds.DBCluster:
    return rds.DBCluster(
        database.main_id,
        Engine=database.engine,
        EngineVersion=database.version,
        Port=database.port_number,
        DBClusterParameterGroupName=Ref(database.part("ClusterParameters")),
        DBSubnetGroupName=Ref(database.part("Subnets")),
        VpcSecurityGroupIds=[Ref(database.group_id)],
        StorageEncrypted=True,
        KmsKeyId=KEY_ARN,
        StorageType="aurora-iopt1" if database.io_optimized else "aurora",
        **({"DBClusterIdentifier": database.identifier} if database.identifier else {}),
        **_origin(database),
        **({} if database.secondary else password(database)),
        **({"EnableHttpEndpoint": True} if database.data_api else {}),
        **_capacity(database),
        **_backups(database),
        **_watching(database),
        **deletion(database.keep, "Snapshot"),
        Metadata={**ANY_MINOR_OF_CLUSTER, **marked(database.snapshot_before_deployment)},
    )


def _origin(database: DatabaseSettings) -> Mapping[str, object]:
    """An empty database, or a snapshot with its names; Aurora encrypts the new volume with the platform's key."""
    if database.global_database and database.secondary:
        return secondary(database.global_database.name, database.secondary)
    if database.restore_from:
        return {"SnapshotIdentifier": database.restore_from}
    return {"DatabaseName": database.database, "MasterUsername": database.username}


def _capacity(database: DatabaseSettings) -> Mapping[str, object]:
    said = database.serverless
    if not said:
        return {}
    pause = {"SecondsUntilAutoPause": said.pause_seconds} if said.pause_seconds else {}
    return {"ServerlessV2ScalingConfiguration": _Capacity(MinCapacity=said.min, MaxCapacity=said.max, **pause)}


def _backups(database: DatabaseSettings) -> Mapping[str, object]:
    return {
        "BackupRetentionPeriod": database.backup_days,
        "CopyTagsToSnapshot": True,
        "DeletionProtection": database.deletion_protection,
        **windows(database),
    }


def _watching(database: DatabaseSettings) -> Mapping[str, object]:
    """The mode of Database Insights is the cluster's, and asks it for the same as each instance."""
    found: dict[str, object] = {
        "EnableIAMDatabaseAuthentication": database.iam_authentication,
        "PerformanceInsightsEnabled": database.performance_insights,
        **logs(database),
        **insights_mode(database),
    }
    if database.performance_insights:
        found["PerformanceInsightsKmsKeyId"] = KEY_ARN
        found["PerformanceInsightsRetentionPeriod"] = database.performance_insights_days
    return found


def _member(database: DatabaseSettings, logical_id: str, **more: object) -> rds.DBInstance:
    """An instance holds no data of its own, so that CloudFormation refuses a snapshot of it."""
    return rds.DBInstance(
        logical_id,
        DBClusterIdentifier=Ref(database.main_id),
        Engine=database.engine,
        DBInstanceClass=SERVERLESS_CLASS if database.serverless else database.instance,
        CACertificateIdentifier=database.ca,
        AutoMinorVersionUpgrade=database.auto_minor_upgrade,
        PubliclyAccessible=bool(database.public),
        **_own_parameters(database),
        **insights(database),
        **monitoring(database),
        **deletion("delete", "Delete"),
        **({"Metadata": waived(database)} if database.public else {}),
        **more,
    )


def _own_parameters(database: DatabaseSettings) -> Mapping[str, object]:
    """Parameters that an instance has beside its cluster's, which they override where both have one."""
    return {"DBParameterGroupName": Ref(database.part("InstanceParameters"))} if database.instance_parameters else {}
