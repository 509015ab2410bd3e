"""Ranges of addresses as a spec writes them, and which of them a VPC can have beside its first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network

from compiler.meaning.fault import Fault
from compiler.source.json_value import Json

PRIVATE = tuple(IPv4Network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
"""RFC 1918 and the shared space of RFC 6598, which AWS recommends for VPCs (VPC user guide, VPC CIDR blocks)."""
_SHARED = PRIVATE[-1]
_LARGEST, _SMALLEST = 16, 26
"""Of a further range: it is divided into four subnets, of /28 at least."""
_FIRST, _AROUND = IPv4Network("10.0.0.0/16"), IPv4Network("10.0.0.0/15")
_RESERVED = IPv4Network("172.31.0.0/16")
"""VPC user guide, VPC CIDR blocks, "IPv4 CIDR block association restrictions"."""


def network_of(text: str, strict: bool) -> IPv4Network | None:
    """The range that `text` gives in CIDR form; when not `strict`, with bits of a host in it or a mask too."""
    try:
        found = IPv4Network(text, strict=strict)
    except ValueError:
        return None
    return None if strict and str(found) != text else found


def check_further(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Faults of `more_cidrs`, each held against the ranges before it."""
    main = network_of(data["cidr"], strict=True)
    known = [main] if main else []
    for index, text in enumerate(data["more_cidrs"]):
        found = network_of(text, strict=True)
        faults = [*_form(text, found, index)] or [*_beside(found, known, index)]
        yield from faults
        known += [found] if found and not faults else []


def _form(text: str, found: IPv4Network | None, index: int) -> Iterator[Fault]:
    path = ("more_cidrs", index)
    if not found:
        near = network_of(text, strict=False)
        help_text = f"did you mean '{near}'?" if near else "write it as 100.64.0.0/16"
        yield Fault("bad-cidr", f"'{text}' is not an IPv4 range", path, help_text)
    elif found.prefixlen > _SMALLEST:
        message = f"'{text}' is too small: each of four zones takes a subnet of at least 16 addresses"
        yield Fault("cidr-too-small", message, path, f"take a /{_SMALLEST} or larger")
    elif found.prefixlen < _LARGEST:
        message = f"'{text}' is too large: a range of a VPC is at most a /{_LARGEST}"
        yield Fault("bad-cidr", message, path, f"{found.network_address}/{_LARGEST}")


def _beside(found: IPv4Network | None, known: list[IPv4Network], index: int) -> Iterator[Fault]:
    path = ("more_cidrs", index)
    if not found or not known:
        return
    shared = next((one for one in known if one.overlaps(found)), None)
    if shared:
        message = f"'{found}' overlaps '{shared}' of the same VPC"
        yield Fault("cidr-overlap", message, path, "take a range apart from it")
    elif not _fits(found, known[0]) or (found.subnet_of(_FIRST) and any(one.subnet_of(_AROUND) for one in known)):
        message = f"AWS does not take '{found}' beside '{known[0]}'"
        yield Fault("bad-cidr", message, path, f"take one of {_SHARED}, or of the same private space")


def _fits(found: IPv4Network, main: IPv4Network) -> bool:
    """Whether it is of the shared space, or of the private space that the first range is of."""
    space = next((one for one in PRIVATE if main.subnet_of(one)), _SHARED)
    return found.subnet_of(_SHARED) or (found.subnet_of(space) and not found.subnet_of(_RESERVED))
