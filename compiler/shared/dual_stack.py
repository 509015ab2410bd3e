"""Whether the network has IPv6 beside IPv4, which what answers by both needs."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.source.document import Path


def needs_dual_stack(path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    """A fault where the subnets have no IPv6 addresses to give (Elastic Load Balancing user guide, IP address type)."""
    for network in spec.able("subnets"):
        there = network.settings["existing"]
        if not (there["ipv6"] if there else network.settings.get("ipv6")):
            yield _missing(there is not None, path)


def _missing(existing: bool, path: Path) -> Fault:
    if existing:
        message = (
            "addresses of IPv6 come from the subnets, and nothing says that those of the existing network have any"
        )
        help_text = "set 'existing: {ipv6: true}' of the network where each subnet has a range"
    else:
        message = "addresses of IPv6 come from the subnets, and the network has IPv4 alone"
        help_text = "set 'ipv6: true' of the network, or leave 'ip_address_type' as it is"
    return Fault("no-ipv6", message, path, help_text)
