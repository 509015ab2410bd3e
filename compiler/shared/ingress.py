"""Which requests a load balancer sends to which service, and which rule it asks first: read from plain data."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from dataclasses import replace

from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.rule_conditions import Further, further, listed, matched, no_less
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

LOWEST, HIGHEST = 1, 50_000
"""Priorities that a listener rule may have (Elastic Load Balancing API, CreateRule)."""

_HOST_SCALES = (480, 80, 680)
"""Numbers per unit for rules with an exact host, with a wildcard in the host, and for any host."""
_PATH_UNITS = (3, 1, 1, 1, 1, 4, 1, 14, 1, 13)
"""Share of each path band. The usual forms (``/a/b/*``, ``/a/*``, ``/*``) have most room, so that two rarely meet."""


_ANY_PATH = "/*"


@frozen(eq=True)
class Route:
    """The requests of one service, or of one rule of the load balancer's own."""

    service: str
    public: bool
    paths: tuple[str, ...]
    hosts: tuple[str, ...]
    priority: int
    more: tuple[Further, ...] = ()
    address: str = ""
    """Where it is written, for messages."""
    word: str = ""
    """Of a further ingress."""

    def overlaps(self, other: Route) -> bool:
        """Whether both ask for exactly the same requests, so that one of the two would never get them."""
        same_host = not (self.hosts or other.hosts) or bool({*self.hosts} & {*other.hosts})
        same = self.public == other.public and self.more == other.more and same_host
        return same and bool({*self.paths} & {*other.paths})

    def covers(self, other: Route) -> bool:
        """Whether it asks for all requests that the other asks for, so that the other gets none when asked later."""
        paths = matched(self.paths or (_ANY_PATH,), other.paths or (_ANY_PATH,))
        hosts = not self.hosts or (bool(other.hosts) and matched(_lower(self.hosts), _lower(other.hosts)))
        return self.public == other.public and paths and hosts and no_less(self.more, other.more)


def ingresses(settings: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
    """All ingresses of resolved settings: the one without a word first, under the empty word."""
    first = {"": settings["ingress"]} if settings.get("ingress") else {}
    return first | (settings.get("ingresses") or {})


def signs_in(spec: ResolvedSpec) -> frozenset[bool]:
    """Whether the internet-facing (True) and the internal load balancer (False) have users sign in."""
    said = [way for one in spec.components() for way in ingresses(one.settings).values()]
    said += [rule for one in spec.able("balance") for rule in one.settings["rules"].values()]
    return frozenset(one["public"] for one in said if one["sign_in"])


def ingress_path(word: str) -> Path:
    """Where an ingress is written in its component."""
    return ("ingresses", word) if word else ("ingress",)


def inside(settings: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """The first ingress by which the internal load balancer sends requests."""
    return next((one for one in ingresses(settings).values() if not one["public"]), None)


def outside(settings: Mapping[str, Json]) -> Mapping[str, Json] | None:
    """The first one by which the internet-facing load balancer does."""
    return next((one for one in ingresses(settings).values() if one["public"]), None)


@functools.lru_cache(maxsize=1)
def routes(spec: ResolvedSpec) -> tuple[Route, ...]:
    """All requests that services take, in the spec's order. They are read once: each service is held to them."""
    return tuple(found for one in spec.components() for found in routes_of(one))


def routes_of(service: ResolvedComponent) -> tuple[Route, ...]:
    """The requests of one. A renamed service keeps the number of its rule, and its name in every message."""
    name = service.settings.get("renamed_from") or service.name
    return tuple(
        replace(
            route(f"{name}.{word}" if word else name, said), service=service.name, word=word, address=service.address
        )
        for word, said in ingresses(service.settings).items()
    )


def rules(spec: ResolvedSpec) -> dict[str, Route]:
    """The load balancer's own rules by their names, each as the requests that it takes."""
    return {
        name: replace(rule_route(name, said), address=f"{one.address}.rules.{name}")
        for one in spec.able("balance")
        for name, said in one.settings["rules"].items()
    }


def rule_route(name: str, said: Mapping[str, Json]) -> Route:
    """A resolved rule as a route. One that divides requests is asked before the services that it divides them among."""
    more = further(said)
    paths, hosts = listed(said["path"] or ()), listed(said["host"] or ())
    paths = paths if paths or hosts or more else (_ANY_PATH,)
    number = said["priority"] or _number(f"rules.{name}", (paths, hosts), more, said["split"])
    return Route("", said["public"], paths, hosts, number, more)


def fronted(spec: ResolvedSpec) -> frozenset[bool]:
    """Whether there is an internet-facing load balancer (True) and an internal one (False)."""
    return frozenset(one.public for one in (*routes(spec), *rules(spec).values()))


def cdn_only(spec: ResolvedSpec) -> bool:
    """Whether the internet-facing load balancer answers cdns alone."""
    return any(balancer.settings["cdn_only"] for balancer in spec.able("balance"))


def fronts(service: ResolvedComponent, spec: ResolvedSpec) -> tuple[str, ...]:
    """Names under which the internet-facing load balancer answers for a resolved service, by HTTPS."""
    ingress = outside(service.settings)
    if ingress is None:
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
    ingress = inside(service.settings) or {"host": None}
    hosts = listed(ingress["host"] or ())
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
    paths, hosts, more = listed(ingress["path"]), listed(ingress["host"] or ()), further(ingress)
    number = ingress["priority"] or _number(service, (paths, hosts), more, False)
    return Route(service, ingress["public"], paths, hosts, number, more)


def _number(name: str, asked: tuple[tuple[str, ...], tuple[str, ...]], more: tuple[Further, ...], split: Json) -> int:
    return earlier(name, *asked, bool(more)) if more or split else priority(name, *asked)


def priority(service: str, paths: tuple[str, ...], hosts: tuple[str, ...]) -> int:
    """A priority that depends on nothing but the service itself: a band by how specific it is, a place by its name.

    Lower numbers are asked first, so more specific requests have the lower band.
    """
    first, size = _band(paths, hosts, 0)
    return first + _spread(service) % size


def earlier(name: str, paths: tuple[str, ...], hosts: tuple[str, ...], narrowed: bool) -> int:
    """A priority before those of the same paths and hosts: in the band before theirs.

    Its first half is for what further conditions make narrower, its second half for requests that are divided.
    """
    first, size = _band(paths, hosts, 1)
    half = size // 2
    return first + (0 if narrowed else half) + _spread(name) % half


def _band(paths: tuple[str, ...], hosts: tuple[str, ...], before: int) -> tuple[int, int]:
    """The first number of a band, and how many it has; `before` is how many bands of paths it lies before its own."""
    host, path = _host_band(hosts), max(max(map(_path_band, paths or (_ANY_PATH,))) - before, 0)
    scale = _HOST_SCALES[host]
    numbers = sum(_HOST_SCALES[:host]) * sum(_PATH_UNITS) + sum(_PATH_UNITS[:path]) * scale
    return LOWEST + numbers, _PATH_UNITS[path] * scale


def _spread(name: str) -> int:
    """FNV-1a of 32 bits: spreads short, similar names well, and loading hashlib would take longer than all of this."""
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value


def free_before(later: int, taken: frozenset[int]) -> int | None:
    """The highest number below `later` that no rule has; None where there is none."""
    return next((number for number in range(later - 1, LOWEST - 1, -1) if number not in taken), None)


def free_priority(wanted: int, taken: frozenset[int]) -> int:
    """The next number from `wanted` on that no rule has, starting over at the end."""
    numbers = itertools.chain(range(wanted, HIGHEST + 1), range(LOWEST, wanted))
    return next(number for number in numbers if number not in taken)


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


def _lower(words: tuple[str, ...]) -> tuple[str, ...]:
    """Upper and lower case of hosts are the same (Elastic Load Balancing user guide, host conditions)."""
    return tuple(word.lower() for word in words)
