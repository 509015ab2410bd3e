"""Checks of a cluster's ranges: who reaches a public API server, and the addresses of its services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network

from compiler.meaning.fault import Fault
from compiler.source.document import Path
from compiler.source.json_value import Json

_PRIVATE = (IPv4Network("10.0.0.0/8"), IPv4Network("172.16.0.0/12"), IPv4Network("192.168.0.0/16"))


def check_ranges(data: Mapping[str, Json], network: Mapping[str, Json]) -> Iterator[Fault]:
    for index, one in enumerate(data["public"]["from"] if data["public"] else ()):
        yield from _public(one, ("public", "from", index))
    if data["service_cidr"]:
        yield from _services(data["service_cidr"], network)


def _public(text: str, path: Path) -> Iterator[Fault]:
    found = _range(text)
    if not found:
        yield Fault("bad-cidr", f"'{text}' is not an IPv4 range", path, "write it as 203.0.113.0/24")
    elif any(found.overlaps(one) for one in _PRIVATE):
        help_text = "leave it out: the network itself reaches the API server anyway"
        yield Fault("bad-cidr", f"'{text}' is not a public range", path, help_text)


def _services(text: str, network: Mapping[str, Json]) -> Iterator[Fault]:
    """Source: Amazon EKS API reference, KubernetesNetworkConfigRequest."""
    found, path = _range(text), ("service_cidr",)
    written = (network["cidr"], *network["more_cidrs"]) if network["existing"] is None else ()
    ranges = [one for one in map(_range, written) if one]
    if not found or not any(found.subnet_of(one) for one in _PRIVATE):
        yield Fault("bad-cidr", f"'{text}' is not a private IPv4 range", path, "write it as 172.20.0.0/16")
    elif vpc := next((one for one in ranges if found.overlaps(one)), None):
        message = f"'{text}' overlaps the network, {vpc}: services of Kubernetes have addresses of their own"
        yield Fault("cidr-overlap", message, path, "take a range apart from it, or leave it to AWS")


def _range(text: str) -> IPv4Network | None:
    try:
        return IPv4Network(text)
    except ValueError:
        return None
