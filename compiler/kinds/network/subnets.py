"""Where a VPC's subnets lie: a pure function of its range, so that more zones never move a subnet."""

from __future__ import annotations

from ipaddress import IPv4Network

TIERS = ("Public", "Private", "Isolated")
"""Each zone takes four slots in a row: these three and a spare one."""

_SLOTS = 4
_SMALLEST = 28
"""AWS takes subnets of /16 to /28 (VPC user guide, subnet sizing)."""


def subnet_prefix(vpc: IPv4Network) -> int:
    """A sixteenth of the VPC each, for four zones; in a small VPC the smallest subnets that AWS takes."""
    return min(vpc.prefixlen + 4, _SMALLEST)


def zones_that_fit(vpc: IPv4Network) -> int:
    """How many zones have room; 0 when not even one has."""
    return int(2 ** max(subnet_prefix(vpc) - vpc.prefixlen, 0)) // _SLOTS


def further_cidr(cidr: IPv4Network, zone: int) -> str:
    """Range of the private subnet of a zone in a further range of the VPC: a quarter of it, for four zones."""
    size = cidr.num_addresses // _SLOTS
    return f"{cidr.network_address + size * zone}/{cidr.prefixlen + 2}"


def ipv6_slot(zone: int, tier: int, further: int = 0) -> int:
    """Which /64 a subnet has: those of the main range as their IPv4 slots lie, then those of each further range."""
    return zone * _SLOTS + tier if not further else (3 + further) * _SLOTS + zone


def subnet_cidr(vpc: IPv4Network, tier: str, zone: int) -> str:
    """Range of a tier's subnet in a zone; zones count from 0. `zone` is below `zones_that_fit`."""
    size = 2 ** (32 - subnet_prefix(vpc))
    first = vpc.network_address + size * (zone * _SLOTS + TIERS.index(tier))
    return f"{first}/{subnet_prefix(vpc)}"
