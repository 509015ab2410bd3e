"""Calls that find no way: neither NAT nor an endpoint leads from a component to an API of AWS that it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.meaning.edges import Edge
from compiler.program.component import Component, Platform
from compiler.program.program import Program
from compiler.reach.calls import Call, calls
from compiler.reach.paths import known, leads_out_to, reaches_service
from compiler.reach.read import topology
from compiler.reach.services import INTERNET
from compiler.reach.topology import Interface, Topology
from compiler.reach.values import Resources
from compiler.source.diagnostics import Diagnostic
from compiler.source.document import Path
from compiler.source.json_value import Json


def unreached(platform: Platform, program: Program) -> Iterator[Diagnostic]:
    """A fault for each setting that needs an API which its component does not reach.

    What lies in an existing network is not asked: its routes are not known.
    """
    bodies = {name: resource.body for name, resource in program.resources.items()}
    owners = {name: resource.component for name, resource in program.resources.items()}
    network = topology(bodies, owners)
    images = {name: str(one["Default"]) for name, one in program.parameters.items() if "Default" in one}
    asked = (one for one in network.interfaces if one.calls and known(network, one))
    if any(not _has_a_way(network, one.subnets) or leads_out_to(network, one) != "anywhere" for one in asked):
        yield from _told(platform, _missing(_with_images(bodies, images), network, owners), owners)


def _has_a_way(network: Topology, subnets: Sequence[str]) -> bool:
    return all(network.subnets[one].way_out for one in subnets)


def _with_images(bodies: Resources, images: Mapping[str, str]) -> Resources:
    """The bodies of task definitions with the images that the root's parameters have by default."""
    return {name: _filled(body, images) if "TaskDefinition" in body["Type"] else body for name, body in bodies.items()}


def _filled(value: Json, texts: Mapping[str, str]) -> Json:
    match value:
        case {"Ref": str(name)} if name in texts:
            return texts[name]
        case {**entries}:
            return {key: _filled(entry, texts) for key, entry in entries.items()}
        case [*items]:
            return [_filled(item, texts) for item in items]
        case _:
            return value


def _missing(bodies: Resources, network: Topology, owners: Mapping[str, str]) -> Iterator[Call]:
    for call in calls(bodies, network, owners):
        if not _is_unclear(network, call.interface) and not reaches_service(network, call.interface, call.service):
            yield call


def _is_unclear(network: Topology, interface: Interface) -> bool:
    """What a prefix list holds, or a public range, is not known; nor are the routes of an existing network."""
    somewhere = leads_out_to(network, interface) == "somewhere" and _has_a_way(network, interface.subnets)
    return somewhere or not known(network, interface)


def _told(platform: Platform, missing: Iterator[Call], owners: Mapping[str, str]) -> Iterator[Diagnostic]:
    """By the setting that needs them, all the APIs of one together."""
    grouped: dict[tuple[str, Path], list[Call]] = {}
    for call in missing:
        for path in _settings(platform, platform.components[call.component], call):
            grouped.setdefault((call.component, path), []).append(call)
    for (address, path), several in grouped.items():
        network = platform.components[owners[several[0].interface.subnets[0]]]
        yield _fault(platform, (platform.components[address], network), path, several)


def _settings(platform: Platform, component: Component, call: Call) -> Iterator[Path]:
    """The setting that the policy is called by; else the uses whose grants have the action; else the component."""
    whole = tuple(component.path.split("."))
    setting = call.policy or ("image" if getattr(component, "image", None) == call.why else "")
    edges = [one for one in platform.edges_from(component) if call.why in _allowed(platform, one)]
    if (*whole, setting) in platform.document.keys:
        yield (*whole, setting)
    elif edges:
        yield from dict.fromkeys(edge.path for edge in edges)
    else:
        yield whole


def _allowed(platform: Platform, edge: Edge) -> Iterator[str]:
    capability = platform.capability(edge)
    for grant in (*capability.grants, *capability.secret_grants):
        yield from grant.actions


def _fault(platform: Platform, two: tuple[Component, Component], path: Path, several: Sequence[Call]) -> Diagnostic:
    """`two` are the component that calls, and the one that has its subnets."""
    component, network = two
    services = sorted({one.service for one in several if one.service != INTERNET})
    outside = sorted({one.why for one in several if one.service == INTERNET})
    what = (", ".join(services), f"the internet for {', '.join(outside)}" if outside else "")
    message = f"{network.closed_by()} it does not reach {' and '.join(filter(None, what))}"
    there = tuple(network.path.split("."))
    also = (platform.document.key_place(there),) if there in platform.document.keys else ()
    help_text = network.way_out(() if outside else services)
    return Diagnostic("no-egress", message, platform.document.key_place(path), component.path, help_text, also)
