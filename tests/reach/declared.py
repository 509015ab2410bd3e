"""What a spec declares about its network, by its own words: who uses whom on which port, who faces the internet.

Nothing here looks at grants, capabilities, resources or templates; the ports are those of the engines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.program.component import Platform
from compiler.source.json_value import Json

ENGINE_PORTS = {"postgres": 5432, "aurora-postgresql": 5432, "mysql": 3306, "mariadb": 3306, "aurora-mysql": 3306}
SECTION_PORTS = {"caches": 6379, "clusters": 443, "documents": 27017, "filesystems": 2049, "search": 443}
IN_NETWORK = {
    "caches": ("connect",),
    "clusters": ("connect",),
    "databases": ("connect", "manage"),
    "documents": ("connect",),
    "filesystems": ("mount",),
    "network_load_balancers": ("connect",),
    "search": ("read", "write", "manage", "receive_logs"),
    "services": ("call",),
}
"""Verbs that are a connection inside of the VPC."""
OUTWARD = ("bastion", "functions", "jobs", "models", "pipelines", "services")
"""Sections whose code may call whatever has HTTPS."""


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    source: str
    target: str
    port: int


def declared(platform: Platform) -> frozenset[Opening]:
    """Every connection that the spec has, and no other."""
    return frozenset((*_uses(platform), *_requests(platform)))


def _uses(platform: Platform) -> Iterator[Opening]:
    for edge in platform.edges:
        target = platform.components[edge.target]
        verb = edge.verb.partition(".")[0]
        if verb in IN_NETWORK.get(target.section, ()) and _runs_inside(platform, edge.source):
            source = _in_pods(platform).get(edge.source, edge.source)
            for port in _ports_of(platform, edge.target, edge.verb):
                yield Opening(source, edge.target, port)


def _ports_of(platform: Platform, address: str, verb: str) -> tuple[int, ...]:
    if platform.components[address].section == "network_load_balancers":
        return tuple(one["port"] for one in by_tcp(settings_of(platform, address)))
    return (port_of(platform, address, verb), *_for_reading(platform, address))


def by_tcp(balancer: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """The listeners of a network load balancer that take TCP."""
    return [one for one in balancer["listeners"].values() if one["protocol"] != "udp"]


def _for_reading(platform: Platform, address: str) -> tuple[int, ...]:
    """A serverless cache is read on the next port too."""
    serverless = platform.components[address].section == "caches" and settings_of(platform, address)["serverless"]
    return (port_of(platform, address) + 1,) if serverless else ()


def _runs_inside(platform: Platform, address: str) -> bool:
    """A role is for somebody outside of the platform."""
    return platform.components[address].section != "roles"


def _in_pods(platform: Platform) -> Mapping[str, str]:
    """Workload → cluster: pods have the security group of their cluster."""
    return {edge.source: edge.target for edge in platform.edges if edge.verb == "run"}


def port_of(platform: Platform, address: str, verb: str = "manage") -> int:
    """A proxy, which listens on the port of the engine, is for those who connect."""
    component = platform.components[address]
    settings = settings_of(platform, address)
    if component.section == "databases":
        own = None if settings["proxy"] and verb == "connect" else settings["port"]
        return int(own or ENGINE_PORTS[settings["engine"]])
    if "." in verb:
        return int(settings["ports"][verb.partition(".")[2]])
    if settings.get("engine") == "memcached":
        return int(settings["port"] or 11211)
    return int(settings.get("port") or SECTION_PORTS[component.section])


def among_peers(platform: Platform) -> Mapping[str, tuple[int, ...]]:
    """Service → ports that its tasks open for each other."""
    found: dict[str, tuple[int, ...]] = {}
    for address, component in platform.components.items():
        settings = settings_of(platform, address)
        if component.section == "services" and settings["peers"]:
            named = [settings["ports"][name] for name in settings["peers"]["ports"]]
            found[address] = tuple(named or [settings["port"]])
    return found


def settings_of(platform: Platform, address: str) -> Mapping[str, Json]:
    return platform.spec.at(address).settings


def inside(platform: Platform) -> tuple[str, ...]:
    """Services behind the internal load balancer."""
    return tuple(one for one in _ingress(platform) if False in _publics(settings_of(platform, one)))


def outside(platform: Platform) -> tuple[str, ...]:
    """Services behind the internet-facing one."""
    return tuple(one for one in _ingress(platform) if True in _publics(settings_of(platform, one)))


def _ingress(platform: Platform) -> Iterator[str]:
    for address, component in platform.components.items():
        if component.section == "services" and _ways(settings_of(platform, address)):
            yield address


def balancer_port(platform: Platform) -> int:
    return 443 if settings_of(platform, "load_balancer")["internal_domain"] else 80


def routed(platform: Platform) -> Iterator[tuple[str, str]]:
    """API → service to which a route leads through the internal load balancer."""
    for edge in platform.edges:
        if edge.verb == "route" and edge.target in inside(platform):
            yield edge.source, edge.target


def _requests(platform: Platform) -> Iterator[Opening]:
    for service in _ingress(platform):
        settings = settings_of(platform, service)
        for way in _ways(settings):
            yield Opening("load_balancer", service, _requested(settings, way))
    for api, _ in routed(platform):
        yield Opening(api, "load_balancer", balancer_port(platform))
    yield from _streams(platform)


def _streams(platform: Platform) -> Iterator[Opening]:
    """From network load balancers: connections, and health checks, which are TCP even where connections are UDP."""
    for balancer in _network_balancers(platform):
        for one in settings_of(platform, balancer)["listeners"].values():
            if one["load_balancer"] == "internal":
                yield Opening(balancer, "load_balancer", one["target_port"] or balancer_port(platform))
            if one["load_balancer"]:
                continue
            service, check = settings_of(platform, one["to"]), one["health_check"]["port"]
            beside = service["sidecars"].get(one["sidecar"], service)["port"]
            if one["protocol"] != "udp":
                yield Opening(balancer, one["to"], one["target_port"] or beside)
            if check:
                yield Opening(balancer, one["to"], check)


def _network_balancers(platform: Platform) -> Iterator[str]:
    yield from (name for name, one in platform.components.items() if one.section == "network_load_balancers")


def _requested(service: Mapping[str, Json], way: Mapping[str, Json]) -> int:
    sidecar, port = way["sidecar"], way["port"]
    if isinstance(port, str):
        return int(service["ports"][port])
    return int(service["sidecars"][sidecar]["port"] if sidecar else port or service["port"])


def _ways(service: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """All ingresses of a service."""
    first = [service["ingress"]] if service["ingress"] else []
    return [*first, *service["ingresses"].values()]


def _publics(service: Mapping[str, Json]) -> set[bool]:
    return {way["public"] for way in _ways(service)}


def facing_internet(platform: Platform) -> dict[str, dict[str, tuple[int, ...]]]:
    """Component → range → ports that it may open."""
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for address, component in platform.components.items():
        public = settings_of(platform, address).get("public") if component.section == "databases" else None
        if public:
            found[address] = {cidr: (port_of(platform, address),) for cidr in public["from"]}
    for balancer in _network_balancers(platform):
        settings = settings_of(platform, balancer)
        if settings["public"]:
            allowed = ["0.0.0.0/0"] if settings["allow_from"] is None else settings["allow_from"]
            found[balancer] = dict.fromkeys(allowed, tuple(one["port"] for one in by_tcp(settings)))
    closed = bool(outside(platform)) and settings_of(platform, "load_balancer")["cdn_only"]
    if not closed and (outside(platform) or any(one["public"] for one in _own_rules(platform))):
        ranges = settings_of(platform, "load_balancer")["allow_from"]
        found["load_balancer"] = dict.fromkeys(ranges, (80, 443))
    return found


def _own_rules(platform: Platform) -> list[Mapping[str, Json]]:
    """Rules of the load balancer that no service has."""
    there = "load_balancer" in platform.components
    return [*settings_of(platform, "load_balancer")["rules"].values()] if there else []
