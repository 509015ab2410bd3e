"""Who uses whom: the components by section, with verbs on the links."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.program.component import Component, Platform
from reviewer.graph.model import Graph, Link, Node, joined

APART = "without connections"
"""The group of components that no link touches."""
_LAYERS = frozenset({"x-exports", "x-imports"})
"""Keywords of kinds that pass components on, which are in the picture themselves."""
_KEPT_IN = ("data", "messaging")
"""Layers of what keeps data or passes it on."""


def uses(platform: Platform) -> Graph:
    """Every connection of the platform."""
    links = [Link(*_paths(platform, edge.source, edge.target), (edge.verb,)) for edge in platform.edges]
    return _graph(platform, "uses", links)


def data(platform: Platform) -> Graph:
    """The connections to what keeps data or passes it on."""
    kept = (edge for edge in platform.edges if _layer(platform, platform.components[edge.target]) in _KEPT_IN)
    return _graph(platform, "data", [Link(*_paths(platform, edge.source, edge.target), (edge.verb,)) for edge in kept])


def _paths(platform: Platform, source: str, target: str) -> tuple[str, str]:
    return platform.components[source].path, platform.components[target].path


def _layer(platform: Platform, component: Component) -> str:
    return platform.schema.layer(component.section, platform.spec.at(component.address).settings)


def _graph(platform: Platform, about: str, links: list[Link]) -> Graph:
    touched = {end for one in links for end in (one.source, one.target)}
    title = f"{platform.name} {platform.environment}: {about}"
    kinds, every = platform.schema.kinds, platform.components.values()
    nodes = [node_of(one) for one in every if _LAYERS.isdisjoint(kinds[one.section])]
    linked = [one for one in nodes if one.name in touched]
    apart = [Node(one.name, one.name, APART, one.outside) for one in nodes if one.name not in touched]
    return Graph(title, (*_by_section(linked), *(apart if about == "uses" else ())), joined(links))


def _by_section(nodes: list[Node]) -> Iterator[Node]:
    """The nodes of a section beside each other, in the order of the first."""
    for group in dict.fromkeys(one.group or one.name for one in nodes):
        yield from (one for one in nodes if (one.group or one.name) == group)


def node_of(component: Component) -> Node:
    """A component in the group of its section; a section that is one component has no group."""
    group = "" if component.noun is None else component.section
    label = component.path if not group else component.path.partition(".")[2]
    return Node(component.path, label, group, component.existing is not None)
