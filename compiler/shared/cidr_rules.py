"""Checks of ranges of addresses that may come in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network, IPv6Network

from compiler.meaning.fault import Fault
from compiler.source.document import Path

EVERYBODY, EVERYBODY_BY_IPV6 = "0.0.0.0/0", "::/0"


def ranges(cidrs: Sequence[str], path: Path) -> Iterator[Fault]:
    """A fault for each that is no IPv4 range."""
    for index, cidr in enumerate(cidrs):
        try:
            IPv4Network(cidr)
        except ValueError:
            yield Fault("bad-cidr", f"'{cidr}' is not an IPv4 range", (*path, index), _near(cidr))


def ranges_of_ipv6(cidrs: Sequence[str], path: Path) -> Iterator[Fault]:
    """A fault for each that is no IPv6 range."""
    for index, cidr in enumerate(cidrs):
        try:
            IPv6Network(cidr)
        except ValueError:
            yield Fault("bad-cidr", f"'{cidr}' is not an IPv6 range", (*path, index), _near_of_ipv6(cidr))


def _near(cidr: str) -> str:
    try:
        return f"did you mean '{IPv4Network(cidr, strict=False)}'?"
    except ValueError:
        return "write it as 203.0.113.0/24"


def _near_of_ipv6(cidr: str) -> str:
    try:
        return f"did you mean '{IPv6Network(cidr, strict=False)}'?"
    except ValueError:
        return "write it as 2001:db8::/32"


def by_ipv6(said: Sequence[str] | None, by_ipv4: Sequence[str]) -> tuple[str, ...]:
    """The IPv6 ranges that may come in: everybody by itself only where everybody may come by IPv4."""
    if said is None:
        return (EVERYBODY_BY_IPV6,) if EVERYBODY in by_ipv4 else ()
    return tuple(said)
