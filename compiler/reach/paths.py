"""Questions to a network: which ports of another are open, what of the internet, which APIs of AWS.

An interface lies in several subnets. What is said of it `surely` holds in each of them, what is said otherwise in one
at least: a connection that must work is asked for with the first, one that must not be there with the second.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network

from compiler.reach.ports import EVERY, HTTPS, NONE, Ports, both, ports, union, without
from compiler.reach.topology import (
    ANYWHERE,
    ANYWHERE_IPV6,
    AclRule,
    Balanced,
    Endpoint,
    Interface,
    Rule,
    Subnet,
    Topology,
)

_ANSWERS = ports(32_768, 60_999)
"""Where answers go to, which a network ACL has to let through by a rule: the ports that Linux takes.

Windows, Lambda and NAT gateways take others from 1,024 on, which are not asked for (VPC user guide, ephemeral ports).
"""

_LIST = "pl-"

_PRIVATE = tuple(
    IPv4Network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16")
)
"""Nobody comes from there by way of an internet gateway (RFC 1918, 6598, 1122, 3927)."""


def opened(network: Topology, source: Interface, target: Interface, surely: bool = True) -> Ports:
    """Ports of the target that the source can open by groups, ACLs and addresses; whether it listens is not asked."""
    pairs = ((one, other) for one in _subnets(network, source) for other in _subnets(network, target))
    return _together((_between(network, (source, one), (target, other)) for one, other in pairs), surely)


def _together(several: Iterable[Ports], surely: bool) -> Ports:
    found = list(several)
    return union(found) if not surely or not found else functools.reduce(both, found)


def _subnets(network: Topology, interface: Interface) -> Iterator[Subnet]:
    yield from (network.subnets[one] for one in interface.subnets if one in network.subnets)


def _between(network: Topology, source: tuple[Interface, Subnet], target: tuple[Interface, Subnet]) -> Ports:
    if source[1].vpc != target[1].vpc:
        return NONE
    out = _open(network.egress, source[0], target)
    found = both(out, _open(network.ingress, target[0], source))
    if not found or source[1] is target[1]:
        return found
    there = _through(source[1], target[1], found)
    return there if _through(target[1], source[1], _ANSWERS) == _ANSWERS else NONE


def _through(source: Subnet, target: Subnet, wanted: Ports) -> Ports:
    """What the ACLs of two subnets let from one into the other."""
    return _allowed(_side(target, egress=False), source.cidr, _allowed(_side(source, egress=True), target.cidr, wanted))


def _side(subnet: Subnet, egress: bool) -> tuple[AclRule, ...] | None:
    return None if subnet.acl is None else tuple(one for one in subnet.acl if one.egress == egress)


def _allowed(rules: tuple[AclRule, ...] | None, peer: str, wanted: Ports) -> Ports:
    found, rest = [] if rules is not None else [wanted], wanted
    for rule in rules or ():
        if _is_for(rule, peer):
            found += [both(rest, rule.ports)] if rule.allows else []
            rest = without(rest, rule.ports)
    return union(found)


def _is_for(rule: AclRule, peer: str) -> bool:
    """Some of the peer is enough where it is let through, and closed is only what is closed for all of it."""
    if not rule.allows:
        return _within(peer, rule.range)
    return _is_public(rule.range) if peer == ANYWHERE else _overlap(rule.range, peer)


def _open(rules: Mapping[str, tuple[Rule, ...]], interface: Interface, peer: tuple[Interface, Subnet]) -> Ports:
    own = (rule for group in interface.groups for rule in rules.get(group, ()))
    return union(rule.ports for rule in own if rule.peer in peer[0].groups or _overlap(rule.peer, peer[1].cidr))


@functools.lru_cache(4_096)
def _overlap(one: str, other: str) -> bool:
    a, b = _range(one), _range(other)
    return a is not None and b is not None and a.overlaps(b)


def _range(text: str) -> IPv4Network | None:
    try:
        return IPv4Network(text)
    except ValueError:
        return None


def meeting(network: Topology) -> Iterator[tuple[Interface, Interface]]:
    """The pairs of which the second lets the first in somewhere: all others need not be asked for ports."""
    having: dict[str, dict[Interface, None]] = {}
    for interface in network.interfaces:
        for group in interface.groups:
            having.setdefault(group, {})[interface] = None
    for target in network.interfaces:
        peers = {rule.peer for group in target.groups for rule in network.ingress.get(group, ())}
        anybody = any(_range(peer) for peer in peers)
        sources = network.interfaces if anybody else {one: None for peer in peers for one in having.get(peer, ())}
        yield from ((source, target) for source in sources)


def to_internet(network: Topology, source: Interface, surely: bool = True) -> Ports:
    """Ports of the internet that the source can open."""
    out = _to_anywhere(network, source)
    ways = (_past_acl(one, out) if _leads_out(network, one, source) else NONE for one in _subnets(network, source))
    return _together(ways, surely)


def _past_acl(subnet: Subnet, wanted: Ports) -> Ports:
    back = _allowed(_side(subnet, egress=False), ANYWHERE, _ANSWERS) == _ANSWERS
    return _allowed(_side(subnet, egress=True), ANYWHERE, wanted) if back else NONE


def _to_anywhere(network: Topology, source: Interface) -> Ports:
    rules = (rule for group in source.groups for rule in network.egress.get(group, ()))
    return union(rule.ports for rule in rules if rule.peer == ANYWHERE)


def _to_lists(network: Topology, source: Interface) -> Ports:
    rules = (rule for group in source.groups for rule in network.egress.get(group, ()))
    return union(rule.ports for rule in rules if rule.peer.startswith(_LIST))


def leads_out_to(network: Topology, source: Interface) -> str:
    """Where HTTPS may go by the groups: ``anywhere``, ``somewhere`` outside, by what no template says; or nowhere."""
    if both(HTTPS, _to_anywhere(network, source)):
        return "anywhere"
    rules = (rule for group in source.groups for rule in network.egress.get(group, ()))
    outside = (rule.ports for rule in rules if rule.peer.startswith(_LIST) or _is_public(rule.peer))
    return "somewhere" if both(HTTPS, union(outside)) else ""


def to_internet_by_ipv6(network: Topology, source: Interface) -> Ports:
    """Ports of the IPv6 internet that the source can open from one of its subnets; network ACLs are not asked."""
    if not any(subnet.way_out_ipv6 for subnet in _subnets(network, source)):
        return NONE
    rules = (rule for group in source.groups for rule in network.egress.get(group, ()))
    return union(rule.ports for rule in rules if rule.peer == ANYWHERE_IPV6)


def from_internet_by_ipv6(network: Topology, target: Interface) -> Ports:
    """Ports that IPv6 addresses anywhere can open: in a subnet whose route leads to an internet gateway.

    An egress-only gateway lets nobody in. An address of IPv6 is a public one, so that it is not asked for.
    """
    if not any(ANYWHERE_IPV6 in subnet.by_gateway for subnet in _subnets(network, target)):
        return NONE
    rules = (rule for group in target.groups for rule in network.ingress.get(group, ()))
    return union(rule.ports for rule in rules if rule.peer == ANYWHERE_IPV6)


def _leads_out(network: Topology, subnet: Subnet, source: Interface) -> bool:
    """By an internet gateway with an address of its own, by NAT, or by what leads out of the VPC elsewhere."""
    if subnet.public:
        return source.public
    if subnet.way_out in network.nat:
        outer = network.subnets.get(network.nat[subnet.way_out])
        return outer is not None and outer.public
    return bool(subnet.way_out)


def from_internet(network: Topology, target: Interface, surely: bool = True) -> dict[str, Ports]:
    """Public range → ports of the target that are open to it, and from which an answer finds its way back."""
    rules = [rule for group in target.groups for rule in network.ingress.get(group, ()) if _is_public(rule.peer)]
    peers = sorted({one.peer for one in rules if target.public and _led_back(network, target, one.peer, surely)})
    return {peer: union(one.ports for one in rules if one.peer == peer) for peer in peers}


def _led_back(network: Topology, target: Interface, peer: str, surely: bool) -> bool:
    ways = (any(_within(peer, one) for one in subnet.by_gateway) for subnet in _subnets(network, target))
    return (all if surely else any)(ways)


def _within(one: str, other: str) -> bool:
    a, b = _range(one), _range(other)
    return a is not None and b is not None and a.subnet_of(b)


def _is_public(peer: str) -> bool:
    found = _range(peer)
    return found is not None and not any(found.subnet_of(one) for one in _PRIVATE)


def from_prefix_lists(network: Topology, target: Interface) -> dict[str, Ports]:
    """Prefix list → ports of the target that are open to it, as to the servers of CloudFront."""
    rules = [rule for group in target.groups for rule in network.ingress.get(group, ()) if rule.peer.startswith(_LIST)]
    return {peer: union(one.ports for one in rules if one.peer == peer) for peer in sorted({one.peer for one in rules})}


def reaches_service(network: Topology, source: Interface, service: str, surely: bool = True) -> bool:
    """Whether the source can call an API of AWS, by the short name of its endpoint; empty: one that has none.

    An interface endpoint takes the service's name for itself in the whole VPC, so that no other way is tried then.
    """
    inside = [one for one in network.endpoints if one.service == service and one.named and not one.gateway]
    if inside:
        return any(both(HTTPS, opened(network, source, _before(one), surely)) for one in inside)
    tables = {table for one in network.endpoints if one.service == service for table in one.tables}
    ways = (_by_table(network, source, one, tables) for one in _subnets(network, source))
    return (all if surely else any)(ways)


def _before(endpoint: Endpoint) -> Interface:
    return Interface(endpoint.service, "", endpoint.subnets, endpoint.groups, HTTPS)


def _by_table(network: Topology, source: Interface, subnet: Subnet, tables: set[str]) -> bool:
    """A gateway endpoint is also reached by rules for the prefix list of its service (PrivateLink guide)."""
    out = _to_anywhere(network, source)
    if subnet.table in tables:
        out = union((out, _to_lists(network, source)))
    elif not _leads_out(network, subnet, source):
        return False
    return bool(both(HTTPS, _past_acl(subnet, out)))


def balanced_to(network: Topology, source: Interface, target: str) -> tuple[Balanced, ...]:
    """Ways through a load balancer to the interface of a resource that are open from end to end."""
    ways = (one for one in network.balanced if one.target == target)
    return tuple(one for one in ways if _passes(network, source, one))


def _passes(network: Topology, source: Interface, way: Balanced) -> bool:
    balancer, target = network.at(way.balancer), network.at(way.target)
    first = both(ports(way.port), opened(network, source, balancer))
    return bool(first) and bool(both(ports(way.target_port), opened(network, balancer, target)))


def known(network: Topology, interface: Interface) -> bool:
    """Whether its subnets are of this network, so that their routes are known."""
    return bool(interface.subnets) and all(one in network.subnets for one in interface.subnets)


def listening(target: Interface, wanted: Ports = EVERY) -> Ports:
    """Those of the ports that the target takes connections on."""
    return both(target.listens, wanted)
