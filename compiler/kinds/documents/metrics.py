"""Alarms and charts of document databases.

Sources: DocumentDB developer guide, monitoring with CloudWatch, best practices, monitoring serverless; CloudWatch user
guide, metrics and dimensions of AWS/DocDB and AWS/DocDB-Elastic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import GetAtt, Ref, Select, Split

from compiler.kinds.documents.settings import DocumentsSettings
from compiler.language.facts import fact
from compiler.program.component import AlarmSpec, Chart, Platform, Value
from compiler.shared.metrics import five_minutes, lasting
from compiler.source.json_value import Json

_NAMESPACE = "AWS/DocDB"
_ELASTIC_NAMESPACE = "AWS/DocDB-Elastic"
_GIB = 1024**3
_LAG = 10_000
_CHARTS = {
    "CPU %": "CPUUtilization",
    "connections": "DatabaseConnections",
    "volume bytes": "VolumeBytesUsed",
    "free memory": "FreeableMemory",
}
_ELASTIC_CHARTS = {"CPU %": "PrimaryInstanceCPUUtilization", "connections": "DatabaseConnections"}


def alarms(documents: DocumentsSettings, platform: Platform) -> Iterator[AlarmSpec]:
    about = f"CPU of the document database {documents.name} is above 80 % for 15 minutes"
    if documents.elastic:
        dimensions = _elastic(documents, platform)
        metric = five_minutes(_ELASTIC_NAMESPACE, "PrimaryInstanceCPUUtilization", "Average", dimensions)
        yield lasting("CpuHigh", about, metric, 80)
        return
    whole = _whole(documents)
    yield lasting("CpuHigh", about, _metric("CPUUtilization", "Average", {**whole, "Role": "WRITER"}), 80)
    yield from _memory(documents, whole)
    yield _share(documents, "ConnectionsHigh", "connections", "DatabaseConnections")
    yield _share(documents, "CursorsHigh", "cursors", "DatabaseCursors")
    if len(documents.member_ids) > 1:
        about = f"An instance of the document database {documents.name} is over 10 seconds behind for 15 minutes"
        yield lasting("ReplicaLagHigh", about, _metric("DBClusterReplicaLagMaximum", "Average", whole), _LAG)
    if documents.serverless:
        most = f"its {documents.serverless.max:g} DCUs"
        about = f"The document database {documents.name} uses over 90 % of {most} for 15 minutes"
        yield lasting("CapacityHigh", about, _metric("DCUUtilization", "Maximum", whole), 90)


def _memory(documents: DocumentsSettings, whole: Mapping[str, Value]) -> Iterator[AlarmSpec]:
    """Throttling is what too little memory does; how much there is, is known of the classes in the facts."""
    about = f"The document database {documents.name} throttles operations for lack of memory"
    yield lasting("OperationsThrottled", about, _metric("LowMemNumOperationsThrottled", "Sum", whole), 0)
    memory = fact("document-classes").known().get(documents.instance, {}).get("memory")
    if memory and not documents.serverless:
        yield AlarmSpec(
            name="MemoryLow",
            description=f"Less than 10 % of an instance's {memory:g} GiB of {documents.name} is free for 15 minutes",
            metrics=(_metric("FreeableMemory", "Minimum", whole),),
            threshold=int(memory * _GIB) // 10,
            comparison="LessThanThreshold",
            evaluation_periods=3,
            datapoints=3,
        )


def _share(documents: DocumentsSettings, name: str, what: str, metric: str) -> AlarmSpec:
    """The busiest instance against the limit of the smallest, which DocumentDB publishes as a metric too."""
    whole = _whole(documents)
    used = {**_metric(f"{metric}Max", "Maximum", whole), "Id": "used", "ReturnData": False}
    limit = {**_metric(f"{metric}Limit", "Minimum", whole), "Id": "most", "ReturnData": False}
    share = {"Id": "share", "Expression": "100 * used / most", "Label": f"% of {what}", "ReturnData": True}
    return AlarmSpec(
        name=name,
        description=f"Over 80 % of the {what} that the document database {documents.name} takes are open",
        metrics=(used, limit, share),
        threshold=80,
        evaluation_periods=3,
        datapoints=3,
    )


def _whole(documents: DocumentsSettings) -> Mapping[str, Value]:
    return {"DBClusterIdentifier": Ref(documents.main_id)}


def _elastic(documents: DocumentsSettings, platform: Platform) -> Mapping[str, Value]:
    """An elastic cluster is known by its name, and by the id at the end of its ARN."""
    cluster_id = Select(1, Split("/", GetAtt(documents.main_id, "ClusterArn")))
    return {"ClusterId": cluster_id, "ClusterName": documents.physical(platform)}


def _metric(name: str, statistic: str, dimensions: Mapping[str, Value]) -> Mapping[str, Json]:
    return five_minutes(_NAMESPACE, name, statistic, dimensions)


def charts(documents: DocumentsSettings, platform: Platform) -> Iterator[Chart]:
    namespace, shown = _NAMESPACE, _CHARTS
    dimensions: Mapping[str, Value] = _whole(documents)
    if documents.elastic:
        namespace, shown, dimensions = _ELASTIC_NAMESPACE, _ELASTIC_CHARTS, _elastic(documents, platform)
    where = [part for pair in dimensions.items() for part in pair]
    for title, metric in shown.items():
        yield Chart(f"Document database {documents.name}: {title}", ((namespace, metric, *where),))
    if len(documents.member_ids) > 1:
        row = (_NAMESPACE, "DBClusterReplicaLagMaximum", *where)
        yield Chart(f"Document database {documents.name}: milliseconds behind", (row,))
