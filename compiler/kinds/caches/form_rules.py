"""Settings that a form of a cache does not have: Memcached clusters and serverless caches have fewer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.caches.engines import MEMCACHED
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.json_value import Json

_NOT_OF_MEMCACHED = ("shards", "auth", "access", "eviction", "keeps_data")
_NOT_OF_NODES = ("snapshot_days", "snapshot_window")
"""What Memcached has serverless only."""
_NOT_OF_SERVERLESS = (
    *("node", "nodes", "shards", "port", "eviction", "engine_parameters"),
    *("maintenance_window", "auto_minor_upgrade"),
)


def form_faults(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    memcached, serverless = data["engine"] == MEMCACHED, data["serverless"]
    if memcached:
        yield from _foreign(component, spec, "Memcached", _NOT_OF_MEMCACHED)
    if memcached and not serverless:
        yield from _foreign(component, spec, "a Memcached cluster of nodes", _NOT_OF_NODES)
    if serverless:
        once = _NOT_OF_MEMCACHED if memcached else ()
        others = tuple(one for one in _NOT_OF_SERVERLESS if one not in once)
        yield from _foreign(component, spec, "a serverless cache", others)
        yield from _limits(serverless)


def _foreign(component: ResolvedComponent, spec: ResolvedSpec, form: str, settings: tuple[str, ...]) -> Iterator[Fault]:
    """A default that is set is not told from one that is not."""
    data, known = component.settings, component.kind["properties"]
    for setting in settings:
        default = known[setting].get("x-posture", {}).get(spec.posture, known[setting]["default"])
        if data[setting] != default:
            yield Fault("unused-setting", f"{form} has no '{setting}'", (setting,), "remove it")


def _limits(serverless: Mapping[str, Json]) -> Iterator[Fault]:
    for least, most in (("min_gb", "max_gb"), ("min_ecpu", "max_ecpu")):
        low, high = serverless[least], serverless[most]
        if low is not None and high is not None and high < low:
            message = f"at most {high} is less than at least {low}"
            yield Fault("scale-limits", message, ("serverless", most), f"set '{most}' to '{least}' or more")
