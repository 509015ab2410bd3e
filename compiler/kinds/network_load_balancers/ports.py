"""Where connections of a network load balancer end, as plain data."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json

TRANSPORTS: Mapping[str, tuple[str, ...]] = {
    "tcp": ("tcp",),
    "tls": ("tcp",),
    "udp": ("udp",),
    "tcp_udp": ("tcp", "udp"),
}
"""Protocol of a listener → those of the rules of security groups, and of containers."""


def port_of(target_port: int | None, sidecar: str | None, service: Mapping[str, Json]) -> int | None:
    """Where the tasks of a resolved service take the connections; None where nothing says it."""
    if sidecar is None:
        return target_port or service["port"]
    return target_port or service["sidecars"].get(sidecar, {}).get("port")
