"""What a cache needs that keeps data which is nowhere else: no eviction, replicas in other zones and snapshots.

Source: ElastiCache user guide, "Resilience" and "Minimizing downtime with Multi-AZ"; maxmemory-policy noeviction;
"Setting scaling limits to manage costs" of serverless caches, which evict what has a time to live at their maximum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.source.json_value import Json

_DEFAULT, _NONE = "volatile-lru", "noeviction"


def data_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """In development data may be lost with a node; elsewhere the settings have to keep it."""
    if not data["keeps_data"]:
        return
    if data["eviction"] not in (_DEFAULT, _NONE):
        message = f"'eviction: {data['eviction']}' would remove data that 'keeps_data' is to keep"
        yield Fault("unused-setting", message, ("eviction",), "remove it: nothing is evicted with 'keeps_data'")
    if spec.posture == "development":
        return
    if data["nodes"] < 2 and not data["serverless"]:
        message = "the data is lost with its one node"
        yield Fault("data-not-kept", message, ("nodes",), "set 'nodes: 2' or more, or remove 'keeps_data'")
    if data["serverless"] and data["serverless"]["max_gb"]:
        message = "a serverless cache that has 'max_gb' of data evicts keys with a time to live"
        yield Fault("data-not-kept", message, ("serverless", "max_gb"), "remove 'max_gb', or 'keeps_data'")
    if not data["snapshot_days"]:
        message = "no snapshot keeps the data"
        yield Fault("data-not-kept", message, ("snapshot_days",), "set 'snapshot_days: 7', or remove 'keeps_data'")
    if data["keep"] == "delete":
        message = "the data is deleted with the cache"
        yield Fault("data-not-kept", message, ("keep",), "set 'keep: snapshot', or remove 'keeps_data'")
