"""Which requests a load balancer sends to which service, and which rule it asks first: read from plain data."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.json_value import Json

LOWEST, HIGHEST = 1, 50_000
"""Priorities that a listener rule may have (Elastic Load Balancing API, CreateRule)."""

_HOST_SCALES = (480, 80, 680)
"""Numbers per unit for rules with an exact host, with a wildcard in the host, and for any host."""
_PATH_UNITS = (3, 1, 1, 1, 1, 4, 1, 14, 1, 13)
"""Share of each path band. The usual forms (``/a/b/*``, ``/a/*``, ``/*``) have most room, so that two rarely meet."""


@dataclass(frozen=True, slots=True)
class Route:
    """The requests of one service."""

    service: str
    public: bool
    paths: tuple[str, ...]
    hosts: tuple[str, ...]
    priority: int

    def overlaps(self, other: Route) -> bool:
        """Whether both ask for exactly the same requests, so that one of the two would never get them."""
        same_host = not (self.hosts or other.hosts) or bool({*self.hosts} & {*other.hosts})
        return self.public == other.public and same_host and bool({*self.paths} & {*other.paths})


def routes(spec: ResolvedSpec) -> tuple[Route, ...]:
    """All services of a resolved spec that take requests, in the spec's order."""
    # a renamed service keeps the number of its rule, and its name in every message
    return tuple(
        replace(route(one.settings.get("renamed_from") or one.name, one.settings["ingress"]), service=one.name)
        for one in spec.components()
        if one.settings.get("ingress")
    )


def fronts(service: ResolvedComponent, spec: ResolvedSpec) -> tuple[str, ...]:
    """Names under which the internet-facing load balancer answers for a resolved service, by HTTPS."""
    ingress = service.settings["ingress"]
    if not ingress or not ingress["public"]:
        return ()
    hosts = tuple(host for host in listed(ingress["host"] or ()) if _literal(host) == host)
    named = [name for one in spec.able("balance") for name in listed(one.settings["domain"] or ())]
    domains = (spec.offering(name, "serve") for name in named)
    return hosts or tuple(domain.settings["domain"] for domain in domains if domain)


def internal_name(spec: ResolvedSpec) -> str | None:
    """Name that the certificate of the internal load balancer is for; None where it takes HTTP."""
    domain = _internal_domain(spec)
    return domain.settings["domain"] if domain else None


def inside_host(service: ResolvedComponent, spec: ResolvedSpec) -> str | None:
    """Name by which the internal load balancer is asked for a service: an exact host of its, or its certificate's."""
    hosts = listed(service.settings["ingress"]["host"] or ())
    exact = (host for host in hosts if _literal(host) == host and _certified(host, spec))
    return next(exact, None if hosts else internal_name(spec))


def _internal_domain(spec: ResolvedSpec) -> ResolvedComponent | None:
    named = (spec.offering(one.settings["internal_domain"], "serve") for one in spec.able("balance"))
    return next((domain for domain in named if domain), None)


def _certified(host: str, spec: ResolvedSpec) -> bool:
    """Whether the internal load balancer's certificate is for a host. The names of an existing one are not known."""
    domain = _internal_domain(spec)
    if domain is None or domain.settings["existing"] is not None:
        return True
    names = (domain.settings["domain"], *(domain.settings["certificate"] or {}).get("names", ()))
    return any(host == name or f"*.{host.partition('.')[2]}" == name for name in names)


def route(service: str, ingress: Mapping[str, Json]) -> Route:
    """A resolved ``ingress`` setting as a route."""
    paths, hosts = listed(ingress["path"]), listed(ingress["host"] or ())
    number = ingress["priority"] or priority(service, paths, hosts)
    return Route(service, ingress["public"], paths, hosts, number)


def priority(service: str, paths: tuple[str, ...], hosts: tuple[str, ...]) -> int:
    """A priority that depends on nothing but the service itself: a band by how specific it is, a place by its name.

    Lower numbers are asked first, so more specific requests have the lower band.
    """
    host, path = _host_band(hosts), max(map(_path_band, paths))
    scale = _HOST_SCALES[host]
    before = sum(_HOST_SCALES[:host]) * sum(_PATH_UNITS) + sum(_PATH_UNITS[:path]) * scale
    return LOWEST + before + _spread(service) % (_PATH_UNITS[path] * scale)


def _spread(name: str) -> int:
    """FNV-1a of 32 bits: spreads short, similar names well, and loading hashlib would take longer than all of this."""
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value


def free_priority(wanted: int, taken: frozenset[int]) -> int:
    """The next number from `wanted` on that no rule has, starting over at the end."""
    numbers = itertools.chain(range(wanted, HIGHEST + 1), range(LOWEST, wanted))
    return next(number for number in numbers if number not in taken)


def listed(said: Json) -> tuple[str, ...]:
    """One or a list of them, as a list."""
    return (said,) if isinstance(said, str) else tuple(said)


def _host_band(hosts: tuple[str, ...]) -> int:
    if not hosts:
        return 2
    return int(any(_literal(host) != host for host in hosts))


def _path_band(path: str) -> int:
    """0 for an exact path, then by how much stands before the first wildcard: a whole step more than a part of one."""
    literal = _literal(path)
    if literal == path:
        return 0
    steps = max(literal.count("/") - 1, 0)
    part = 0 if literal.endswith("/") or not literal else 1
    return 9 - min(2 * steps + part, 8)


def _literal(pattern: str) -> str:
    return pattern.split("*")[0].split("?")[0]
