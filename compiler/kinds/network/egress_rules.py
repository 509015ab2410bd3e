"""Checks of what may leave the network: destinations, and registries whose names would not be resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.network.ranges import network_of
from compiler.kinds.network.resolved_names import ALWAYS, resolved
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.ways_out import EVERYWHERE
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json

_DOCKER = "registry-1.docker.io"
"""Where images without a registry come from (Docker CLI reference, `docker image pull`)."""


def check_egress(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    said = data["egress"]
    if said is None:
        return
    for index, one in enumerate(said["to"]):
        yield from _destination(one, index)
    yield from _twice(said)
    if said["domains"] is not None:
        yield from _images((*ALWAYS, *said["domains"]), spec)


def _destination(one: Mapping[str, Json], index: int) -> Iterator[Fault]:
    path = ("egress", "to", index)
    if (one["list"] is None) == (one["cidr"] is None):
        yield Fault("bad-destination", "a destination is either a 'list' or a 'cidr'", path, "set one of the two")
    elif one["cidr"] and not network_of(one["cidr"], strict=True):
        near = network_of(one["cidr"], strict=False)
        help_text = f"did you mean '{near}'?" if near else "write it as 10.50.0.0/16"
        yield Fault("bad-cidr", f"'{one['cidr']}' is not an IPv4 range", (*path, "cidr"), help_text)


def _twice(said: Mapping[str, Json]) -> Iterator[Fault]:
    """One permission twice in a group, which EC2 refuses (API reference, AuthorizeSecurityGroupEgress)."""
    first = {(EVERYWHERE, 443): "https_anywhere"} if said["https_anywhere"] else {}
    for index, one in enumerate(said["to"]):
        where = one["list"] or one["cidr"]
        for at, port in enumerate(one["ports"]):
            setting = first.setdefault((where, port), f"to.{index}")
            if setting != f"to.{index}":
                message = f"'{setting}' opens {where} on port {port} already"
                path = ("egress", "to", index) if one["ports"] == [443] else ("egress", "to", index, "ports", at)
                yield Fault("bad-destination", message, path, "remove one of the two")


def _images(domains: tuple[str, ...], spec: ResolvedSpec) -> Iterator[Fault]:
    """Tasks pull their images through their own interface (ECS developer guide, Fargate platform versions)."""
    for one in spec.components():
        for image in _images_of(one) if "ecs" in one.kind.get("x-needs", {}) else ():
            host = _registry(image)
            if not resolved(host, domains):
                message = f"an image of {one.address} can't be pulled: '{host}' is not resolved"
                help_text = f"add '{host}' and what it redirects to, or pull it through a repository in ECR"
                yield Fault("closed-domain", message, ("egress", "domains"), help_text)


def _images_of(one: ResolvedComponent) -> Iterator[str]:
    """Of all containers of its tasks, as far as their registries are known."""
    data = one.settings
    containers = [data, *(data.get("sidecars") or {}).values(), *([data["tracing"]] if data.get("tracing") else ())]
    images = dict.fromkeys(each.get("image") for each in containers if isinstance(each.get("image"), str))
    yield from (image for image in images if OPEN not in image)


def _registry(image: str) -> str:
    first, slash, _ = image.partition("/")
    host = first.partition(":")[0]
    return host if slash and ("." in first or ":" in first) else _DOCKER
