"""What all services of an environment share: domains, load balancer, cdn, names in the network."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.source.diagnostics import Place
from compiler.source.json_value import Json
from deployer.migration.draft import Draft, Route, slug

_NAMESPACE = "${env}.${platform}.local"
"""Where Copilot's service discovery has the names of services."""
_EDGE = ("web", "edge")
"""Names of the cdn before the load balancer: the second one where a static site is called so."""
_ALL = "/*"


def finish(draft: Draft, place: Place) -> None:
    """`place` is where the application is named."""
    if draft.sections.get("services"):
        draft.alone("ecs", {"namespace": _NAMESPACE}, place)
    _measured(draft, place)
    _part_paths(draft)
    _domains(draft)
    _edge(draft)


def _measured(draft: Draft, place: Place) -> None:
    """The count of tasks, which scaling by a queue divides by, is one of Container Insights."""
    cluster, services = draft.sections.get("ecs", {}), draft.sections.get("services", {})
    if cluster.get("container_insights") == "disabled" and any("queue" in one["scale"] for one in services.values()):
        del cluster["container_insights"]
        told = "Container Insights stays on, since a service is scaled by its queue"
        draft.changed(draft.places.get(("ecs",), place), told, "scale by CPU to turn it off")


def _part_paths(draft: Draft) -> None:
    """Two services never take the same requests of one load balancer; Copilot had more of them."""
    taken: set[tuple[bool, str, str]] = set()
    for name, settings in draft.sections.get("services", {}).items():
        ingress = settings.get("ingress")
        if ingress is None:
            continue
        wanted = set(_requests(ingress))
        if wanted & taken:
            paths = [f"/{name}", f"/{name}/*"]
            ingress["path"] = paths
            told = f"another service takes {_ALL} already, so this one takes {' and '.join(paths)}"
            draft.lost(draft.places["services", name], told, "give it a name of its own: `ingress.host`")
            draft.routes = [_at(route, name, tuple(paths)) for route in draft.routes]
        taken |= set(_requests(ingress))


def _requests(ingress: dict[str, Json]) -> Iterator[tuple[bool, str, str]]:
    hosts, paths = _listed(ingress.get("host")) or [""], _listed(ingress["path"])
    yield from ((bool(ingress.get("public")), host, path) for host in hosts for path in paths)


def _listed(value: Json) -> list[str]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _at(route: Route, name: str, paths: tuple[str, ...]) -> Route:
    return Route(name, paths, route.place) if route.service == name else route


def _domains(draft: Draft) -> None:
    """A domain for each alias, unless the environment has a certificate for its load balancer."""
    served = []
    for alias, (zone, place) in draft.aliases.items():
        if alias not in draft.served:
            served.append(f"domains.{slug(alias)}")
            if draft.certified:
                told = f"no DNS record is made for {alias}: the environment has a certificate of its own"
                draft.changed(place, told, "point the name at the load balancer, or set `load_balancer.domain`")
                continue
        where: dict[str, Json] = {"id": zone} if zone else {"create": True}
        draft.put("domains", slug(alias), {"domain": alias, "zone": where, "certificate": {}}, place)
        if not zone:
            told = f"the manifest does not say in which hosted zone {alias} is, so the spec makes one"
            draft.changed(
                place, told, "set `zone.id` to that of the zone that exists, or delegate the name to the new one"
            )
    if served and not draft.certified:
        place = next(place for _, place in draft.aliases.values())
        draft.alone("load_balancer", {"domain": served[0] if len(served) == 1 else served}, place)


def _edge(draft: Draft) -> None:
    """One cdn before all services without an alias; what no path is for goes to the first one."""
    if not draft.routes:
        return
    paths = {path: f"services.{route.service}" for route in draft.routes for path in route.paths}
    first = draft.routes[0]
    if _ALL not in paths:
        paths[_ALL] = f"services.{first.service}"
        told = f"a cdn has an origin for every path: requests that no service takes go to {first.service}, and get 404"
        draft.changed(first.place, told, "name another origin for /* in the cdn")
    name = next(one for one in _EDGE if not draft.has("cdn", one))
    draft.put("cdn", name, {"paths": paths}, first.place)
