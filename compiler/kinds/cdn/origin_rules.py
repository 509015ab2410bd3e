"""What the settings of a path ask of its origin, and the origin can't do.

Sources: CloudFront developer guide, "Restrict access with VPC origins", "Restrict access to an Amazon S3 origin" and
"Use managed origin request policies": S3 and API Gateway know their own host names alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.ingress import outside
from compiler.shared.vpc_origins import behind_vpc_origin
from compiler.source.document import Path
from compiler.source.json_value import Json

_OWN_HOSTS = {"buckets": "S3", "apis": "API Gateway"}
"""Section → who answers for its origins, by the host name of the request."""


def certificate_faults(origins: Iterable[tuple[Path, str]], spec: ResolvedSpec) -> Iterator[Fault]:
    """Of services whose load balancer wants a certificate of each client: the distribution has none to show."""
    if not any(one.settings["mutual_tls"] for one in spec.able("balance")):
        return
    for path, target in origins:
        found = spec.offering(target, "origin")
        if found and outside(found.settings):
            message = f"'{target}' is behind 'load_balancer.mutual_tls', and a cdn shows no certificate"
            help_text = "make the ingress not public, so that the cdn comes by a VPC origin, or remove 'mutual_tls'"
            yield Fault("origin-certificate", message, path, help_text)


def origin_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of the behaviours of paths that there are."""
    for path, said in data["behaviors"].items():
        first = (data["paths"] or {}).get(path)
        targets = [first, said["failover"]["to"]] if said["failover"] else [first]
        for target in filter(None, targets):
            place: Path = ("behaviors", path)
            yield from _host(said, target, spec, place)
            yield from _at_the_origin(said, target, spec, place)


def _host(said: Mapping[str, Json], target: str, spec: ResolvedSpec, path: Path) -> Iterator[Fault]:
    """A header of the cache key goes to the origin too, unless a function changes it before."""
    found = None if said["functions"].get("origin-request") else spec.offering(target, "origin")
    answers = _OWN_HOSTS.get(found.section) if found else None
    for index, header in enumerate(said["cache"]["headers"] if said["cache"] and answers else ()):
        if header.lower() == "host":
            message = f"'{target}' would be asked by the visitor's host name, which {answers} does not know"
            yield Fault("cache-header", message, (*path, "cache", "headers", index), "remove it")


def _at_the_origin(said: Mapping[str, Json], target: str, spec: ResolvedSpec, path: Path) -> Iterator[Fault]:
    found = spec.offering(target, "origin")
    if not (found and behind_vpc_origin(found)):
        return
    for event in (event for event, name in said["functions"].items() if name and event.startswith("origin")):
        message = f"'{target}' is reached by a VPC origin, where CloudFront runs nothing at '{event}'"
        help_text = f"run it at 'viewer{event.removeprefix('origin')}', or make the ingress public"
        yield Fault("vpc-origin", message, (*path, "functions", event), help_text)
