"""A cluster of instances: its volume, its groups, a writer and others that read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, GetAZs, Ref, Select, docdb, logs

from compiler.kinds.documents.parameters import exports, family, parameters
from compiler.kinds.documents.settings import DocumentsSettings, Serverless
from compiler.kinds.documents.sign_in import password
from compiler.program.component import Platform
from compiler.shared.keep import deletion
from compiler.shared.logs import Logs, log_group
from compiler.shared.platform_key import KEY_ARN
from compiler.shared.snapshots import marked
from compiler.shared.subnets import Subnets, isolated_subnets

_SERVERLESS_CLASS = "db.serverless"
_UNKNOWN_CLASS = {"cfn-lint": {"config": {"ignore_checks": ["E3620"]}}}
"""cfn-lint takes the classes from a price list, which has none for serverless instances."""


def cluster(documents: DocumentsSettings, platform: Platform) -> Iterator[AWSObject]:
    yield docdb.DBSubnetGroup(
        documents.part("Subnets"),
        DBSubnetGroupDescription=f"Isolated subnets of {documents.name}",
        SubnetIds=isolated_subnets(platform),
    )
    yield docdb.DBClusterParameterGroup(
        documents.part("Parameters"),
        Description=f"Parameters of {documents.name}",
        Family=family(documents.version),
        Parameters=parameters(documents),
    )
    groups = list(_log_groups(documents, platform))
    yield from groups
    yield _volume(documents, platform, [group.title for group in groups])
    yield from _members(documents, platform)


def log_group_ids(documents: DocumentsSettings) -> tuple[str, ...]:
    """Logical ids of all log groups; an elastic cluster has none."""
    return () if documents.elastic else tuple(_log_group_id(documents, name) for name in exports(documents))


def _log_group_id(documents: DocumentsSettings, export: str) -> str:
    return documents.part(f"{export.title()}Logs")


def _log_groups(documents: DocumentsSettings, platform: Platform) -> Iterator[logs.LogGroup]:
    """DocumentDB makes them without a key and without an end if they are not there before it.

    Source: DocumentDB developer guide, auditing and profiling: ``/aws/docdb/<cluster>/<audit|profiler>``.
    """
    for name in exports(documents):
        settings = Logs(f"/aws/docdb/{documents.physical(platform)}/{name}", documents.log_days)
        yield log_group(_log_group_id(documents, name), documents, settings, platform)


def _volume(documents: DocumentsSettings, platform: Platform, log_group_ids: list[str]) -> docdb.DBCluster:
    return docdb.DBCluster(
        documents.main_id,
        DBClusterIdentifier=documents.physical(platform),
        EngineVersion=documents.version,
        Port=documents.port,
        DBClusterParameterGroupName=Ref(documents.part("Parameters")),
        DBSubnetGroupName=Ref(documents.part("Subnets")),
        VpcSecurityGroupIds=[Ref(documents.group_id)],
        StorageEncrypted=True,
        KmsKeyId=KEY_ARN,
        StorageType=documents.storage_type,
        DeletionProtection=documents.deletion_protection,
        **_origin(documents),
        **password(documents),
        **_capacity(documents.serverless),
        **_backups(documents),
        **_exported(documents),
        **deletion(documents.keep or "snapshot", "Snapshot"),
        **({"DependsOn": log_group_ids} if log_group_ids else {}),
        **({"Metadata": marked(True)} if documents.snapshot_before_deployment else {}),
    )


def _origin(documents: DocumentsSettings) -> Mapping[str, object]:
    """An empty cluster, or data that brings its users along."""
    if documents.restore_from:
        return documents.restore_from.settings()
    return {"MasterUsername": documents.username}


def _capacity(said: Serverless | None) -> Mapping[str, object]:
    if not said:
        return {}
    capacity = docdb.ServerlessV2ScalingConfiguration(MinCapacity=said.min, MaxCapacity=said.max)
    return {"ServerlessV2ScalingConfiguration": capacity}


def _backups(documents: DocumentsSettings) -> Mapping[str, object]:
    return {
        "BackupRetentionPeriod": documents.backup_days,
        "CopyTagsToSnapshot": True,
        **windows(documents),
    }


def windows(documents: DocumentsSettings) -> Mapping[str, object]:
    said = {
        "PreferredBackupWindow": documents.backup_window,
        "PreferredMaintenanceWindow": documents.maintenance_window,
    }
    return {name: value for name, value in said.items() if value}


def _exported(documents: DocumentsSettings) -> Mapping[str, object]:
    names = exports(documents)
    return {"EnableCloudwatchLogsExports": list(names)} if names else {}


def _members(documents: DocumentsSettings, platform: Platform) -> Iterator[docdb.DBInstance]:
    """The first instance of a new cluster becomes its writer; none holds data of its own."""
    first, *others = documents.member_ids
    for number, logical_id in enumerate((first, *others)):
        yield docdb.DBInstance(
            logical_id,
            DBClusterIdentifier=Ref(documents.main_id),
            DBInstanceClass=_SERVERLESS_CLASS if documents.serverless else documents.instance,
            CACertificateIdentifier=documents.ca,
            EnablePerformanceInsights=documents.performance_insights,
            **_zone(platform, number),
            **({"Metadata": _UNKNOWN_CLASS} if documents.serverless else {}),
            **({"PreferredMaintenanceWindow": documents.maintenance_window} if documents.maintenance_window else {}),
            **deletion("delete", "Delete"),
            **({"DependsOn": [first]} if number else {}),
        )


def _zone(platform: Platform, number: int) -> Mapping[str, object]:
    """The network's zones in turn; those of an existing one are not known, and DocumentDB chooses."""
    (subnets,) = platform.of(Subnets)
    if subnets.existing is not None:
        return {}
    return {"AvailabilityZone": Select(number % subnets.count("Isolated"), GetAZs(""))}
