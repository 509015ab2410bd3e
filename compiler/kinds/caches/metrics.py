"""Alarms and charts of a cache, by its form.

Source: ElastiCache user guide, "Metrics for Valkey and Redis OSS", "Metrics for Memcached", "Serverless metrics".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import Ref, Sub

from compiler.kinds.caches.settings import CacheSettings
from compiler.program.component import AlarmSpec, Chart, Value
from compiler.shared.metrics import five_minutes, lasting
from compiler.source.json_value import Json

_NAMESPACE = "AWS/ElastiCache"
_BYTES_IN_GB = 1_000_000_000
_NODE_CHARTS = {
    "hit rate %": "CacheHitRate",
    "memory %": "DatabaseMemoryUsagePercentage",
    "engine CPU %": "EngineCPUUtilization",
    "evictions": "Evictions",
    "connections": "CurrConnections",
}
_MEMCACHED_CHARTS = {
    "hits": "GetHits",
    "misses": "GetMisses",
    "CPU %": "CPUUtilization",
    "evictions": "Evictions",
    "connections": "CurrConnections",
}
_SERVERLESS_CHARTS = {
    "bytes used": "BytesUsedForCache",
    "ECPUs": "ElastiCacheProcessingUnits",
    "throttled commands": "ThrottledCmds",
    "evictions": "Evictions",
    "connections": "CurrConnections",
}
_SUMS = ("Evictions", "GetHits", "GetMisses", "ElastiCacheProcessingUnits", "ThrottledCmds")


def alarms(cache: CacheSettings) -> Iterator[AlarmSpec]:
    if cache.serverless:
        yield from _serverless_alarms(cache, cache.serverless.max_gb)
    elif cache.memcached:
        yield from _memcached_alarms(cache)
    else:
        for shard in range(1, cache.shards + 1):
            yield from _shard_alarms(cache, shard)


def _serverless_alarms(cache: CacheSettings, most_gb: int | None) -> Iterator[AlarmSpec]:
    yield lasting(
        "RequestsThrottled",
        f"The cache {cache.name} throttles requests in each of three periods of five minutes",
        five_minutes(_NAMESPACE, "ThrottledCmds", "Sum", _whole(cache)),
        0,
    )
    if most_gb:
        yield lasting(
            "MemoryHigh",
            f"The cache {cache.name} uses over 90 % of its {most_gb} GB for 15 minutes",
            five_minutes(_NAMESPACE, "BytesUsedForCache", "Maximum", _whole(cache)),
            most_gb * _BYTES_IN_GB * 9 // 10,
        )


def _memcached_alarms(cache: CacheSettings) -> Iterator[AlarmSpec]:
    """Over all nodes: without CacheNodeId in the dimensions CloudWatch has the values of the whole cluster."""
    whole = [five_minutes(_NAMESPACE, "Evictions", "Sum", _whole(cache))]
    yield _growing(cache, "", (*_hidden(whole), _expression("DIFF(value0)")))
    yield lasting(
        "CpuHigh",
        f"A node of the cache {cache.name} is above 90 % CPU for 15 minutes",
        five_minutes(_NAMESPACE, "CPUUtilization", "Maximum", _whole(cache)),
        90,
    )


def _hidden(queries: list[Mapping[str, Json]]) -> list[Mapping[str, Json]]:
    return [{**one, "Id": f"value{index}", "ReturnData": False} for index, one in enumerate(queries)]


def _whole(cache: CacheSettings) -> Mapping[str, Value]:
    """The dimension of a serverless cache or of a Memcached cluster."""
    return {"clusterId" if cache.serverless else "CacheClusterId": Ref(cache.main_id)}


def _shard_alarms(cache: CacheSettings, shard: int) -> Iterator[AlarmSpec]:
    """One of each kind a shard: CloudWatch takes ten metrics in an alarm, and a shard has at most six nodes."""
    number = str(shard) if cache.clustered else ""
    yield _growing(cache, number, _over_nodes(cache, shard, ("Evictions", "Sum"), "DIFF(SUM({}))"))
    yield _above(
        f"CpuHigh{number}",
        f"The engine of a node of the cache {cache.name} is above 90 % CPU for 15 minutes",
        _over_nodes(cache, shard, ("EngineCPUUtilization", "Average"), "MAX({})"),
    )
    yield _above(
        f"MemoryHigh{number}",
        f"A node of the cache {cache.name} uses over 90 % of its memory for 15 minutes",
        _over_nodes(cache, shard, ("DatabaseMemoryUsagePercentage", "Maximum"), "MAX({})"),
    )


def _growing(cache: CacheSettings, number: str, metrics: tuple[Mapping[str, Json], ...]) -> AlarmSpec:
    about = f"The cache {cache.name} evicts more keys in each of three periods of five minutes"
    return _lasting(f"EvictionsIncreasing{number}", about, metrics, 0)


def _above(name: str, about: str, metrics: tuple[Mapping[str, Json], ...]) -> AlarmSpec:
    return _lasting(name, about, metrics, 90)


def _lasting(name: str, about: str, metrics: tuple[Mapping[str, Json], ...], threshold: float) -> AlarmSpec:
    return AlarmSpec(
        name=name, description=about, metrics=metrics, threshold=threshold, evaluation_periods=3, datapoints=3
    )


def _over_nodes(
    cache: CacheSettings, shard: int, metric: tuple[str, str], expression: str
) -> tuple[Mapping[str, Json], ...]:
    """A metric of each node of a shard, and the one value that `expression` makes of all of them."""
    ids = [f"node{number}" for number in range(1, cache.nodes + 1)]
    name, statistic = metric
    single = [
        {
            "Id": query_id,
            "MetricStat": {
                "Metric": {
                    "Namespace": _NAMESPACE,
                    "MetricName": name,
                    "Dimensions": [{"Name": "CacheClusterId", "Value": node}],
                },
                "Period": 300,
                "Stat": statistic,
            },
            "ReturnData": False,
        }
        for query_id, node in zip(ids, _node_ids(cache, shard), strict=True)
    ]
    return (*single, _expression(expression.format(f"[{','.join(ids)}]")))


def _expression(text: str) -> Mapping[str, Json]:
    return {"Id": "value", "Expression": text, "ReturnData": True}


def _node_ids(cache: CacheSettings, shard: int) -> list[Value]:
    """AWS names the nodes after the group: ``<id>-001``, and with shards ``<id>-0001-001``."""
    part = f"-{shard:04}" if cache.clustered else ""
    return [Sub(f"${{{cache.main_id}}}{part}-{node:03}") for node in range(1, cache.nodes + 1)]


def charts(cache: CacheSettings) -> Iterator[Chart]:
    for title, metric in _shown(cache).items():
        rows = tuple((_NAMESPACE, metric, dimension, value) for dimension, value in _shown_of(cache))
        yield Chart(f"Cache {cache.name}: {title}", rows, "Sum" if metric in _SUMS else "Average")


def _shown(cache: CacheSettings) -> Mapping[str, str]:
    if cache.serverless:
        return _SERVERLESS_CHARTS
    return _MEMCACHED_CHARTS if cache.memcached else _NODE_CHARTS


def _shown_of(cache: CacheSettings) -> list[tuple[str, Value]]:
    if cache.serverless or cache.memcached:
        return [*_whole(cache).items()]
    return [("CacheClusterId", node) for shard in range(1, cache.shards + 1) for node in _node_ids(cache, shard)]
