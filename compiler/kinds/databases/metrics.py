"""Alarms and charts of databases (RDS and Aurora user guides, CloudWatch metrics and dimensions)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import Ref

from compiler.kinds.databases.settings import DatabaseSettings
from compiler.program.component import AlarmSpec, Chart, Value
from compiler.source.json_value import Json

_GIB = 1024**3
_LOCAL_GIB = 2
_INSTANCE_CHARTS = {"CPU %": "CPUUtilization", "connections": "DatabaseConnections", "free bytes": "FreeStorageSpace"}
_CLUSTER_CHARTS = {
    "CPU %": "CPUUtilization",
    "connections": "DatabaseConnections",
    "volume bytes": "VolumeBytesUsed",
}


def alarms(database: DatabaseSettings) -> Iterator[AlarmSpec]:
    yield from _cluster_alarms(database) if database.facts.aurora else _instance_alarms(database)


def _cpu(database: DatabaseSettings, dimensions: Mapping[str, Value]) -> AlarmSpec:
    return _lasting(
        "CpuHigh",
        f"CPU of the database {database.name} is above 80 % for 15 minutes",
        _metric("CPUUtilization", "Average", dimensions),
        80,
    )


def _instance_alarms(database: DatabaseSettings) -> Iterator[AlarmSpec]:
    own: Mapping[str, Value] = {"DBInstanceIdentifier": Ref(database.main_id)}
    yield _cpu(database, own)
    yield AlarmSpec(
        name="StorageLow",
        description=f"Less than 10 % of the {database.storage} GiB of the database {database.name} is free",
        metrics=(_metric("FreeStorageSpace", "Minimum", own),),
        threshold=database.storage * _GIB // 10,
        comparison="LessThanThreshold",
    )
    for number, replica in enumerate(database.replica_ids, 1):
        yield _lasting(
            f"ReplicaLagHigh{number}",
            f"Read replica {number} of the database {database.name} is over 5 minutes behind for 15 minutes",
            _metric("ReplicaLag", "Average", {"DBInstanceIdentifier": Ref(replica)}),
            300,
        )


def _cluster_alarms(database: DatabaseSettings) -> Iterator[AlarmSpec]:
    whole: Mapping[str, Value] = {"DBClusterIdentifier": Ref(database.main_id)}
    yield _cpu(database, {**whole, "Role": "WRITER"})
    if not database.serverless:
        yield _local_storage(database, whole)
    if database.reader_count:
        about = f"A reader of the database {database.name} is over 2 seconds behind for 15 minutes"
        yield _lasting("ReplicaLagHigh", about, _metric("AuroraReplicaLagMaximum", "Average", whole), 2000)
    if database.serverless:
        about = f"The database {database.name} uses over 90 % of its {database.serverless.max:g} ACUs for 15 minutes"
        yield _lasting("CapacityHigh", about, _metric("ACUUtilization", "Average", whole), 90)


def _local_storage(database: DatabaseSettings, dimensions: Mapping[str, Value]) -> AlarmSpec:
    """Serverless instances have no such metric."""
    return AlarmSpec(
        name="LocalStorageLow",
        description=f"An instance of the database {database.name} has less than {_LOCAL_GIB} GiB for temporary data",
        metrics=(_metric("FreeLocalStorage", "Minimum", dimensions),),
        threshold=_LOCAL_GIB * _GIB,
        comparison="LessThanThreshold",
    )


def _lasting(name: str, about: str, metric: Mapping[str, Json], threshold: float) -> AlarmSpec:
    """Above the threshold in each of three periods of five minutes."""
    return AlarmSpec(
        name=name, description=about, metrics=(metric,), threshold=threshold, evaluation_periods=3, datapoints=3
    )


def _metric(name: str, statistic: str, dimensions: Mapping[str, Value]) -> Mapping[str, Json]:
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    metric = {"Namespace": "AWS/RDS", "MetricName": name, "Dimensions": named}
    return {"Id": "value", "MetricStat": {"Metric": metric, "Period": 300, "Stat": statistic}}


def charts(database: DatabaseSettings) -> Iterator[Chart]:
    key = "DBClusterIdentifier" if database.facts.aurora else "DBInstanceIdentifier"
    ids = (database.main_id, *database.replica_ids)
    for title, metric in _shown(database).items():
        rows = tuple(("AWS/RDS", metric, key, Ref(one)) for one in ids)
        yield Chart(f"Database {database.name}: {title}", rows)
    if database.replica_ids:
        rows = tuple(("AWS/RDS", "ReplicaLag", key, Ref(one)) for one in database.replica_ids)
        yield Chart(f"Database {database.name}: seconds behind", rows)


def _shown(database: DatabaseSettings) -> Mapping[str, str]:
    if not database.facts.aurora:
        return _INSTANCE_CHARTS
    lag = {"milliseconds behind": "AuroraReplicaLagMaximum"} if database.reader_count else {}
    room = {"ACUs": "ServerlessDatabaseCapacity"} if database.serverless else {"free local bytes": "FreeLocalStorage"}
    return {**_CLUSTER_CHARTS, **lag, **room}
