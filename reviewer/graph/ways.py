"""Who opens which port: the network that the resources of a platform make, by tiers of subnets."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.program.component import Platform
from compiler.program.program import Program
from compiler.reach.paths import (
    from_internet,
    from_prefix_lists,
    known,
    meeting,
    opened,
    reaches_service,
    to_internet,
)
from compiler.reach.ports import Ports, shown, union
from compiler.reach.read import topology
from compiler.reach.topology import Interface, Topology
from reviewer.graph.model import Graph, Link, Node, joined

INTERNET, CLOUDFRONT, ENDPOINTS = "the internet", "CloudFront", "VPC endpoints"
_TIERS = ("public subnets", "private subnets", "isolated subnets", "existing subnets")


def ways(platform: Platform, program: Program) -> Graph:
    """Every port that is open between two components, to the internet and from it, and to the endpoints of AWS."""
    bodies = {name: resource.body for name, resource in program.resources.items()}
    paths = {name: platform.components[one.component].path for name, one in program.resources.items()}
    network = topology(bodies, paths)
    links = joined((*_inside(network), *_inward(network), *_outward(network), *_to_endpoints(network)))
    touched = {end for one in links for end in (one.source, one.target)}
    named = (*_components(network), *_places(network))
    nodes = [one for one in named if one.name in touched or one.group]
    return Graph(f"{platform.name} {platform.environment}: network", tuple(sorted(nodes, key=_order)), links)


def _order(node: Node) -> tuple[int, str, str]:
    tier = next((number for number, tier in enumerate(_TIERS) if node.group.startswith(tier)), -1)
    return tier, node.group, node.name


def _components(network: Topology) -> Iterator[Node]:
    """Each component in the tier of its first interface; what reaches the internet is apart from what does not."""
    for component in dict.fromkeys(one.component for one in network.interfaces):
        own = network.of(component)
        out = union(to_internet(network, one, surely=False) for one in own)
        about = f"{_tier(network, own[0])}{', with a way out' if out else ''}"
        yield Node(component, component, about)


def _tier(network: Topology, interface: Interface) -> str:
    if not known(network, interface):
        return _TIERS[3]
    subnets = [network.subnets[one] for one in interface.subnets]
    if any(one.public for one in subnets):
        return _TIERS[0]
    return _TIERS[1] if any(one.way_out for one in subnets) else _TIERS[2]


def _places(network: Topology) -> Iterator[Node]:
    yield Node(INTERNET, INTERNET, outside=True)
    yield Node(CLOUDFRONT, CLOUDFRONT, outside=True)
    services = sorted(one.service for one in network.endpoints)
    if services:
        yield Node(ENDPOINTS, f"{ENDPOINTS}: {', '.join(services)}")


def _inside(network: Topology) -> Iterator[Link]:
    places = {one.component: index for index, one in enumerate(network.interfaces)}
    pairs = sorted(meeting(network), key=lambda pair: (places[pair[0].component], places[pair[1].component]))
    for source, target in pairs:
        if source.component != target.component:
            yield from _link(source.component, target.component, opened(network, source, target, surely=False))


def _link(source: str, target: str, ports: Ports) -> Iterator[Link]:
    if ports:
        yield Link(source, target, (shown(ports),))


def _inward(network: Topology) -> Iterator[Link]:
    for target in network.interfaces:
        for cidr, ports in from_internet(network, target, surely=False).items():
            about = shown(ports) if cidr.endswith("/0") else f"{shown(ports)} from {cidr}"
            yield Link(INTERNET, target.component, (about,))
        lists = union(from_prefix_lists(network, target).values())
        yield from _link(CLOUDFRONT, target.component, lists)


def _outward(network: Topology) -> Iterator[Link]:
    for source in network.interfaces:
        yield from _link(source.component, INTERNET, to_internet(network, source, surely=False))


def _to_endpoints(network: Topology) -> Iterator[Link]:
    services = sorted({one.service for one in network.endpoints})
    for source in (one for one in network.interfaces if one.calls):
        if any(reaches_service(network, source, service, surely=False) for service in services):
            yield Link(source.component, ENDPOINTS, ("443",))
