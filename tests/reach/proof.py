"""What of the emitted templates of an environment is not as the spec declares; nothing where all is proven."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.program.component import Platform
from compiler.reach.calls import calls
from compiler.reach.paths import balanced_to, from_internet, listening, opened, reaches_service, to_internet
from compiler.reach.ports import EVERY, HTTPS, NONE, Ports, both, ports, union
from compiler.reach.topology import ANYWHERE, Topology
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from tests.reach.declared import OUTWARD, among_peers, declared, facing_internet, routed, settings_of
from tests.reach.linked import Followed, followed


@dataclass(frozen=True, slots=True)
class Case:
    """One environment: what the spec says, and what its templates make."""

    platform: Platform
    found: Followed
    network: Topology


def case(platform: Platform, compiled: Compiled) -> Case:
    found = followed(compiled)
    return Case(platform, found, found.network)


def differences(one: Case) -> list[str]:
    parts = (openings, _deaf, _peers, _own, _routes, _sent, _names, _calls, _internet)
    return [told for part in parts for told in part(one)]


def openings(one: Case) -> Iterator[str]:
    """Declared ports must be open from every subnet, and no port of any other pair from any."""
    wanted: dict[tuple[str, str], Ports] = {}
    for opening in declared(one.platform):
        pair = opening.source, opening.target
        wanted[pair] = union([wanted.get(pair, NONE), ports(opening.port)])
    for source, target in pairs(one.network):
        expected = wanted.pop((source, target), NONE)
        for surely in (True, False):
            actual = between(one.network, source, target, surely)
            if actual != expected and (surely or not expected or actual):
                yield f"{source} → {target}: {actual}, not {expected}"
    yield from (f"{source} → {target}: no interfaces" for source, target in wanted)


def pairs(network: Topology) -> Iterator[tuple[str, str]]:
    components = sorted({one.component for one in network.interfaces})
    yield from ((source, target) for source in components for target in components if source != target)


def between(network: Topology, source: str, target: str, surely: bool) -> Ports:
    """Ports that are open from one of the component's interfaces to one of the other's.

    What faces the whole internet is open to whoever reaches the internet, and is not asked here.
    """
    others = [one for one in network.of(target) if ANYWHERE not in from_internet(network, one)]
    return union(opened(network, own, other, surely) for own in network.of(source) for other in others)


def _deaf(one: Case) -> Iterator[str]:
    """Ports that are open, and at which nothing listens."""
    for opening in declared(one.platform):
        if not any(listening(each, ports(opening.port)) for each in one.network.of(opening.target)):
            yield f"{opening.target} does not listen on {opening.port}"


def _peers(one: Case) -> Iterator[str]:
    """Tasks of a service reach each other on the ports that it says, and on no other."""
    wanted = among_peers(one.platform)
    for interface in one.network.interfaces:
        if interface.component.startswith("services."):
            expected = union(map(ports, wanted.get(interface.component, ())))
            actual = opened(one.network, interface, interface)
            if actual != expected or listening(interface, expected) != expected:
                yield f"{interface.component} among its tasks: {actual}, not {expected}"
            named = {one.network.at(each).component for each in one.network.hosts.values()}
            if expected and interface.component not in named:
                yield f"{interface.component}: its tasks find no other by a name"


def _own(one: Case) -> Iterator[str]:
    """Where a component has several interfaces, the helper reaches what it is there for: functions, and proxies."""
    for component in {each.component for each in one.network.interfaces}:
        own = one.network.of(component)
        helpers = [each for each in own if one.found.resources[each.resource]["Type"] in _HELPERS]
        stores = [each for each in own if one.found.resources[each.resource]["Type"] in _STORES]
        if component.startswith(("databases.", "documents.")):
            for helper in helpers:
                if not any(opened(one.network, helper, store) for store in stores):
                    yield f"{helper.resource} does not reach {component}"


_HELPERS = ("AWS::Lambda::Function", "AWS::RDS::DBProxy")
_STORES = ("AWS::RDS::DBCluster", "AWS::RDS::DBInstance")


def _routes(one: Case) -> Iterator[str]:
    for api, service in routed(one.platform):
        targets = one.network.of(service)
        for own in one.network.of(api):
            if not any(balanced_to(one.network, own, each.resource) for each in targets):
                yield f"{api} → {service}: no way through a load balancer"


def _sent(one: Case) -> Iterator[str]:
    """A load balancer reaches what is in its target groups, another load balancer that faces the internet too."""
    for way in one.network.balanced:
        balancer, target = one.network.at(way.balancer), one.network.at(way.target)
        if not both(ports(way.target_port), opened(one.network, balancer, target)):
            yield f"{way.listener} sends to {way.target} on {way.target_port}, which it does not reach"


def _names(one: Case) -> Iterator[str]:
    """Who is called has a name in the network, and it is the one that the callers are told."""
    for edge in one.platform.edges:
        called = edge.verb.partition(".")[0] == "call"
        host = one.platform.capability(edge).environment.get("HOST") if called else None
        if isinstance(host, str):
            resource = one.network.hosts.get(host)
            if resource is None or one.network.at(resource).component != edge.target:
                yield f"{host} does not lead to {edge.target}"


def _calls(one: Case) -> Iterator[str]:
    for call in calls(one.found.resources, one.network, one.found.owners):
        if not reaches_service(one.network, call.interface, call.service):
            yield f"{call.component} does not reach {call.service or 'the internet'} for {call.why}"


def _internet(one: Case) -> Iterator[str]:
    inward = facing_internet(one.platform)
    for interface in one.network.interfaces:
        expected = {cidr: union(map(ports, several)) for cidr, several in inward.get(interface.component, {}).items()}
        actual = from_internet(one.network, interface)
        if actual and actual != expected:
            yield f"the internet → {interface.component}: {actual}, not {expected}"
        yield from _outward(one, interface.component)
    for component in inward:
        if not any(from_internet(one.network, each) for each in one.network.of(component)):
            yield f"the internet → {component}: closed"


def _outward(one: Case, component: str) -> Iterator[str]:
    nat = settings_of(one.platform, "network")["nat"] != "none"
    section = one.platform.components[component].section
    wanted = EVERY if section == "clusters" else HTTPS if section in OUTWARD else NONE
    for own in one.network.of(component):
        if own.resource in own.groups:
            continue  # of a task that somebody starts in subnets that he chooses
        helper = one.found.resources[own.resource]["Type"] == "AWS::Lambda::Function" and section not in OUTWARD
        expected = (HTTPS if helper else wanted) if nat else NONE
        for surely in (True, False):
            if to_internet(one.network, own, surely) != expected:
                yield f"{component} → the internet: {to_internet(one.network, own, surely)}, not {expected}"


def without(one: Case, name: str) -> Case:
    """The same without one resource; what refers to it is left as it is."""
    return _of(one, {other: body for other, body in one.found.resources.items() if other != name})


def with_resources(one: Case, more: Mapping[str, Json]) -> Case:
    return _of(one, {**one.found.resources, **more})


def _of(one: Case, resources: Mapping[str, Mapping[str, Json]]) -> Case:
    found = Followed(resources, one.found.owners)
    return Case(one.platform, found, found.network)
