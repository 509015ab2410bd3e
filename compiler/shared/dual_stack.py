"""Whether the network has IPv6 beside IPv4, which what answers by both needs."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.source.document import Path


def needs_dual_stack(path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    """A fault where the subnets have no IPv6 addresses to give (Elastic Load Balancing user guide, IP address type)."""
    settings = spec.at("network").settings
    there = settings["existing"]
    if there["ipv6"] if there else settings.get("ipv6"):
        return
    if there:
        message = (
            "addresses of IPv6 come from the subnets, and nothing says that those of the existing network have any"
        )
        help_text = "set 'network: {existing: {ipv6: true}}' where each subnet has a range"
    else:
        message = "addresses of IPv6 come from the subnets, and the network has IPv4 alone"
        help_text = "set 'network: {ipv6: true}', or leave 'ip_address_type' as it is"
    yield Fault("no-ipv6", message, path, help_text)
