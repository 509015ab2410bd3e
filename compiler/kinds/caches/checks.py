"""Checks of caches: versions, size, windows and parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.kinds.caches.engines import has_users, takes_tokens
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.windows import window_faults
from compiler.source.json_value import Json

_MOST_NODES = 90
"""In one cluster (ElastiCache quotas)."""
_OWN = {"maxmemory-policy": "eviction", "cluster-enabled": "shards"}
"""Parameters that follow from a setting."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    yield from _version(data)
    yield from _size(data)
    yield from window_faults(data, "snapshot_window", 60)
    for name, setting in _OWN.items():
        if name in data["engine_parameters"]:
            message = f"'{name}' follows from '{setting}'"
            yield Fault("taken-parameter", message, ("engine_parameters", name), f"set '{setting}' instead")


def _version(data: Mapping[str, Json]) -> Iterator[Fault]:
    engine, version = data["engine"], data["version"]
    if not has_users(engine, version):
        message = f"{engine} {version} has no users of its own, by which applications sign in here"
        yield Fault("unknown-version", message, ("version",), 'set "6.2" or later')
    elif data["auth"] == "iam" and not takes_tokens(engine, version):
        message = f"{engine} {version} takes no IAM tokens"
        yield Fault("unused-setting", message, ("auth",), "set 'auth: password', or version \"7.0\" or later")


def _size(data: Mapping[str, Json]) -> Iterator[Fault]:
    nodes = data["nodes"] * data["shards"]
    if nodes > _MOST_NODES:
        message = f"{data['shards']} shards of {data['nodes']} are {nodes} nodes; a cluster has at most {_MOST_NODES}"
        yield Fault("too-many-nodes", message, ("shards",))
