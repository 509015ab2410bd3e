"""Alarms and charts of domains and collections.

Source: OpenSearch Service developer guide, "Recommended CloudWatch alarms", "Monitoring OpenSearch cluster metrics" and
"Monitoring OpenSearch Serverless with Amazon CloudWatch".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import Ref

from compiler.kinds.search.instances import has_own_disks
from compiler.kinds.search.search import Search
from compiler.kinds.search.settings import Domain
from compiler.program.component import AlarmSpec, Chart, Platform, Value
from compiler.shared.metrics import query

_MIB = 1024
_SOME = 5
"""Requests or documents in a minute that are worth an alarm when it goes on."""
_DOMAIN, _COLLECTION = "AWS/ES", "AWS/AOSS"
_DOMAIN_CHARTS = {
    "CPU %": "CPUUtilization",
    "Java heap %": "JVMMemoryPressure",
    "free MiB": "FreeStorageSpace",
    "search milliseconds": "SearchLatency",
    "searches": "SearchRate",
    "documents indexed": "IndexingRate",
}
_COLLECTION_CHARTS = {
    "search milliseconds": "SearchRequestLatency",
    "searches": "SearchRequestRate",
    "documents indexed": "IngestionDocumentRate",
    "hot bytes": "HotStorageUsed",
}


def alarms(search: Search, platform: Platform) -> Iterator[AlarmSpec]:
    if search.domain:
        yield from _cluster(search, platform)
        yield _key(search, platform)
        yield from _nodes(search, search.domain, platform)
        if search.domain.masters:
            yield from _masters(search, platform)
    else:
        yield from _requests(search, platform)


def _dimensions(search: Search, platform: Platform) -> dict[str, Value]:
    account = {"ClientId": platform.account_id}
    if search.domain:
        return {"DomainName": Ref(search.main_id), **account}
    return {"CollectionName": search.physical_name(platform), "CollectionId": Ref(search.main_id), **account}


def _over(search: Search, platform: Platform, metric: str, statistic: str) -> tuple[Mapping[str, object], ...]:
    space = _DOMAIN if search.domain else _COLLECTION
    return (query(space, metric, statistic, _dimensions(search, platform)),)


def _cluster(search: Search, platform: Platform) -> Iterator[AlarmSpec]:
    """States of the whole cluster: 1 while they last."""
    states = {
        "ClusterRed": ("ClusterStatus.red", 1, "has a primary shard that is not allocated"),
        "WritesBlocked": ("ClusterIndexWritesBlocked", 5, "refuses writes for 5 minutes"),
        "SnapshotFailed": ("AutomatedSnapshotFailure", 1, "failed to make its automated snapshot"),
    }
    if search.domain and search.domain.nodes > 1:
        states["ClusterYellow"] = ("ClusterStatus.yellow", 5, "has a replica that is not allocated for 5 minutes")
    for name, (metric, minutes, about) in states.items():
        yield AlarmSpec(
            name=name,
            description=f"The domain {search.name} {about}",
            metrics=_over(search, platform, metric, "Maximum"),
            threshold=0,
            evaluation_periods=minutes,
            datapoints=minutes,
        )


def _key(search: Search, platform: Platform) -> AlarmSpec:
    """Of the two metrics one says that the key is disabled, and the other that it or its grants are gone."""
    metrics = {"disabled": "KMSKeyError", "gone": "KMSKeyInaccessible"}
    each = tuple(
        {**query(_DOMAIN, metric, "Maximum", _dimensions(search, platform)), "Id": name, "ReturnData": False}
        for name, metric in metrics.items()
    )
    return AlarmSpec(
        name="KeyUnavailable",
        description=f"The KMS key of the domain {search.name} is disabled, or it or its grants are gone",
        metrics=(*each, {"Id": "value", "Expression": "MAX([disabled,gone])", "ReturnData": True}),
        threshold=0,
    )


def _nodes(search: Search, settings: Domain, platform: Platform) -> Iterator[AlarmSpec]:
    if not has_own_disks(settings.instance):
        about = f"less than a quarter of its {settings.storage} GiB free"
        yield AlarmSpec(
            name="StorageLow",
            description=f"A node of the domain {search.name} has {about}",
            metrics=_over(search, platform, "FreeStorageSpace", "Minimum"),
            threshold=settings.storage * _MIB // 4,
            comparison="LessThanThreshold",
        )
    yield _lasting(search, platform, "CpuHigh", ("CPUUtilization", "Average", 80, 15), "CPU of the data nodes of")
    yield _lasting(search, platform, "MemoryHigh", ("JVMMemoryPressure", "Maximum", 95, 3), "Java heap of a node of")


def _masters(search: Search, platform: Platform) -> Iterator[AlarmSpec]:
    cpu = ("MasterCPUUtilization", "Average", 50, 15)
    heap = ("MasterJVMMemoryPressure", "Maximum", 95, 3)
    yield _lasting(search, platform, "MasterCpuHigh", cpu, "CPU of the masters of")
    yield _lasting(search, platform, "MasterMemoryHigh", heap, "Java heap of a master of")


def _lasting(search: Search, platform: Platform, name: str, rule: tuple[str, str, int, int], about: str) -> AlarmSpec:
    """`rule` is a metric in per cent, its statistic, the most that is well, and the minutes that it lasts."""
    metric, statistic, most, minutes = rule
    return AlarmSpec(
        name=name,
        description=f"{about} the domain {search.name} is above {most} % for {minutes} minutes",
        metrics=_over(search, platform, metric, statistic),
        threshold=most,
        evaluation_periods=minutes,
        datapoints=minutes,
    )


def _requests(search: Search, platform: Platform) -> Iterator[AlarmSpec]:
    counted = {
        "ServerErrors": ("5xx", "answers more than 5 requests with a status of 500 or above"),
        "WritesFailed": ("IngestionDocumentErrors", "refuses more than 5 documents"),
    }
    for name, (metric, about) in counted.items():
        yield AlarmSpec(
            name=name,
            description=f"The collection {search.name} {about} in each of 5 minutes",
            metrics=_over(search, platform, metric, "Sum"),
            threshold=_SOME,
            evaluation_periods=5,
            datapoints=5,
        )


def charts(search: Search, platform: Platform) -> Iterator[Chart]:
    space, shown = (_DOMAIN, _DOMAIN_CHARTS) if search.domain else (_COLLECTION, _COLLECTION_CHARTS)
    named = tuple(word for pair in _dimensions(search, platform).items() for word in pair)
    for title, metric in shown.items():
        statistic = "Minimum" if metric == "FreeStorageSpace" else "Average"
        yield Chart(f"Search {search.name}: {title}", ((space, metric, *named),), statistic)
