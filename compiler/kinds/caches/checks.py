"""Checks of caches: versions, size, windows, parameters, and what each form of a cache does not have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.kinds.caches.data_rules import data_faults
from compiler.kinds.caches.engines import MEMCACHED, has_tls, has_users, takes_tokens
from compiler.kinds.caches.form_rules import form_faults
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.windows import window_faults
from compiler.source.json_value import Json

_MOST_NODES = 90
"""In one cluster (ElastiCache quotas)."""
_MOST_IN_SHARD = 6
"""A primary and five replicas."""
_OWN = {"maxmemory-policy": "eviction", "cluster-enabled": "shards"}
"""Parameters that follow from a setting."""
_APPEND_ONLY = ("appendonly", "appendfsync")
"""Of the append-only file, which ElastiCache has in none of the versions taken here.

Source: ElastiCache user guide, "Choosing the right durability": not supported from Redis OSS 2.8.22 on.
"""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    yield from _version(data)
    yield from form_faults(component, spec)
    yield from data_faults(data, spec)
    if data["engine"] != MEMCACHED:
        yield from _size(data)
    yield from window_faults(data, "snapshot_window", 60)
    yield from _parameters(data)


def _parameters(data: Mapping[str, Json]) -> Iterator[Fault]:
    for name in data["engine_parameters"]:
        path = ("engine_parameters", name)
        if data["engine"] == MEMCACHED and name in (*_OWN, *_APPEND_ONLY):
            yield Fault("not-allowed", f"memcached has no '{name}'", path, "remove it")
        elif name in _OWN:
            setting = _OWN[name]
            yield Fault("taken-parameter", f"'{name}' follows from '{setting}'", path, f"set '{setting}' instead")
        elif name in _APPEND_ONLY:
            message = f"ElastiCache has no append-only file, so no '{name}'"
            yield Fault(
                "not-allowed", message, path, "remove it; 'keeps_data: true' keeps data by replicas and snapshots"
            )


def _version(data: Mapping[str, Json]) -> Iterator[Fault]:
    engine, version = data["engine"], data["version"]
    if engine == MEMCACHED:
        yield from _memcached_version(data)
    elif not has_users(engine, version):
        message = f"{engine} {version} has no users of its own, by which applications sign in here"
        yield Fault("unknown-version", message, ("version",), 'set "6.2" or later')
    elif data["serverless"] and not takes_tokens(engine, version):
        message = f"a serverless cache has no {engine} {version}"
        yield Fault("unknown-version", message, ("version",), 'set "7.1" or later')
    elif data["auth"] == "iam" and not takes_tokens(engine, version):
        message = f"{engine} {version} takes no IAM tokens"
        yield Fault("unused-setting", message, ("auth",), "set 'auth: password', or version \"7.0\" or later")


def _memcached_version(data: Mapping[str, Json]) -> Iterator[Fault]:
    if not has_tls(data["version"]):
        message = f"memcached {data['version']} has no TLS, with which alone applications connect here"
        yield Fault("unknown-version", message, ("version",), 'set "1.6.12" or later')


def _size(data: Mapping[str, Json]) -> Iterator[Fault]:
    nodes = data["nodes"] * data["shards"]
    if data["nodes"] > _MOST_IN_SHARD:
        message = f"a shard has at most {_MOST_IN_SHARD} nodes, a primary and {_MOST_IN_SHARD - 1} replicas"
        yield Fault("out-of-range", message, ("nodes",), f"set {_MOST_IN_SHARD} or less, or more 'shards'")
    elif nodes > _MOST_NODES:
        message = f"{data['shards']} shards of {data['nodes']} are {nodes} nodes; a cluster has at most {_MOST_NODES}"
        yield Fault("too-many-nodes", message, ("shards",))
