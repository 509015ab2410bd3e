"""Checks of ways to other networks: ranges that AWS could not route, and sides that can't agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network

from compiler.kinds.network.ranges import network_of
from compiler.language.names import pascal
from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.ways_out import EVERYWHERE
from compiler.source.document import Path
from compiler.source.json_value import Json

_EVERYWHERE = IPv4Network(EVERYWHERE)
_KINDS = ("peerings", "transit_gateways")


def check_routes(data: Mapping[str, Json], spec: ResolvedSpec, own: tuple[IPv4Network, ...]) -> Iterator[Fault]:
    """`own` are the ranges of the VPC."""
    for name, peer in data["peerings"].items():
        yield from _peer(peer, ("peerings", name), spec)
    taken: dict[tuple[str, IPv4Network], str] = {}
    for kind in _KINDS:
        yield from _names(data[kind], kind)
        for name, one in data[kind].items():
            for index, text in enumerate(one["cidrs"]):
                yield from _cidr(data, (kind, name, "cidrs", index), text, own)
            yield from _twice(one, (kind, name), taken)


def _names(named: Mapping[str, Json], kind: str) -> Iterator[Fault]:
    """Logical ids are made of the words."""
    seen: dict[str, str] = {}
    for name in named:
        other = seen.setdefault(pascal(name), name)
        if other != name:
            message = f"'{name}' and '{other}' give the same logical id"
            yield Fault("duplicate-name", message, (kind, name), "give one of them another name")


def _peer(peer: Mapping[str, Json], path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    if (peer["vpc"] is None) == (peer["connection"] is None):
        message = "a peering has either 'vpc', which makes the connection, or the 'connection' of the other side"
        yield Fault("bad-peering", message, path, "set one of the two")
        return
    if peer["connection"]:
        for word in ("account", "region", "role"):
            if peer[word]:
                message = f"'{word}' is only for a connection that is made here, by 'vpc'"
                yield Fault("bad-peering", message, (*path, word), "remove it: the other side has set it")
        return
    yield from _accepted(peer, path, spec)


def _accepted(peer: Mapping[str, Json], path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    """Source: template reference, AWS::EC2::VPCPeeringConnection."""
    account, role = peer["account"], peer["role"]
    foreign = account is not None and account != spec.account
    if foreign and role is None:
        message = f"the account {account} does not accept the connection by itself"
        yield Fault("bad-peering", message, (*path, "account"), "set 'role' to a role there that may accept it")
    if role and role.split(":")[4] != (account or spec.account):
        where = f"'account: \"{role.split(':')[4]}\"'"
        message = "the role is of another account than the VPC"
        yield Fault("bad-peering", message, (*path, "role"), f"set {where}, or a role of the account of the VPC")


def _cidr(data: Mapping[str, Json], path: Path, text: str, own: tuple[IPv4Network, ...]) -> Iterator[Fault]:
    found = network_of(text, strict=True)
    if not found:
        near = network_of(text, strict=False)
        help_text = f"did you mean '{near}'?" if near else "write it as 10.50.0.0/16"
        yield Fault("bad-cidr", f"'{text}' is not an IPv4 range", path, help_text)
    elif path[0] == "peerings":
        yield from _of_peer(found, path, own)
    elif found == _EVERYWHERE:
        yield from _whole(data, path)
    elif any(found.subnet_of(one) for one in own):
        message = f"'{text}' lies in the VPC itself: AWS takes no route there to a transit gateway"
        yield Fault("cidr-overlap", message, path, "take a range outside of the VPC")


def _of_peer(found: IPv4Network, path: Path, own: tuple[IPv4Network, ...]) -> Iterator[Fault]:
    """VPC peering guide, "VPC peering limitations": no overlapping ranges, and nobody else's gateways."""
    shared = next((one for one in own if one.overlaps(found)), None)
    if found.prefixlen < 8:
        message = f"'{found}' is no range of a VPC: its gateways can't be used through a peering connection"
        yield Fault("bad-cidr", message, path, "list the ranges of the other VPC; for the rest take a transit gateway")
    elif shared:
        message = f"'{found}' overlaps the VPC's own range '{shared}': AWS refuses to peer the two"
        yield Fault("cidr-overlap", message, path, "give one of the VPCs a range apart from the other's")


def _whole(data: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    tiers = data["transit_gateways"][path[1]]["tiers"]
    if "public" in tiers:
        message = "the default route of public subnets leads to the internet gateway"
        yield Fault("duplicate-route", message, path, "set 'tiers: [private, isolated]'")
    if "private" in tiers and data["nat"] != "none":
        message = "the default route of private subnets leads to NAT"
        yield Fault("duplicate-route", message, path, "set 'nat: none', or leave 'private' out of 'tiers'")
    elif "private" in tiers and data["ipv6"]:
        message = "IPv6 leaves private subnets by the egress-only internet gateway, past the transit gateway"
        help_text = "leave 'ipv6' out where everything has to pass what is behind the transit gateway"
        yield warning("ipv6-way-out", message, path, help_text)


def _twice(one: Mapping[str, Json], path: Path, taken: dict[tuple[str, IPv4Network], str]) -> Iterator[Fault]:
    """A route table has one route to a range."""
    own = ".".join(map(str, path))
    for index, text in enumerate(one["cidrs"]):
        found = network_of(text, strict=True)
        others = {tier: taken.setdefault((tier, found), own) for tier in one["tiers"]} if found else {}
        tier = next((tier for tier, other in others.items() if other != own), None)
        if tier:
            message = f"the {tier} subnets have a route to '{text}' already, by {others[tier]}"
            yield Fault("duplicate-route", message, (*path, "cidrs", index), "leave it to one of the two")
