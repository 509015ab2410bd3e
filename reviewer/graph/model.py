"""A picture as data: nodes in groups, and links between nodes or whole groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from compiler.source.frozen import frozen


@frozen(eq=True)
class Node:
    """A component, or something outside of the platform."""

    name: str
    """Unique: ``services.web``, or how the outside thing is called."""
    label: str
    group: str = ""
    """The group that it is drawn in; empty: none."""
    outside: bool = False
    """Whether it is not built by the platform: an existing resource, the internet."""


@frozen(eq=True)
class Link:
    """An arrow; both ends are names of nodes or groups."""

    source: str
    target: str
    labels: tuple[str, ...]


@frozen(eq=True)
class Graph:
    """All of it, in the order in which it is drawn."""

    title: str
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]

    @property
    def groups(self) -> Mapping[str, tuple[Node, ...]]:
        """Group → its nodes; nodes of no group are left out."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes:
            if node.group:
                found.setdefault(node.group, []).append(node)
        return {name: tuple(nodes) for name, nodes in found.items()}

    def blocks(self) -> Iterator[tuple[str, tuple[Node, ...]]]:
        """Each group with its nodes where the first of them stands, and each node of no group by itself (``""``)."""
        groups = self.groups
        for node in self.nodes:
            if not node.group:
                yield "", (node,)
            elif node is groups[node.group][0]:
                yield node.group, groups[node.group]


def joined(links: Iterable[Link]) -> tuple[Link, ...]:
    """Links between the same two as one, with the labels of all."""
    found: dict[tuple[str, str], list[str]] = {}
    for link in links:
        labels = found.setdefault((link.source, link.target), [])
        labels += [one for one in link.labels if one not in labels]
    return tuple(Link(source, target, tuple(labels)) for (source, target), labels in found.items())


FEWEST = 2
"""Members of a group that are worth one arrow instead of as many."""


def folded(graph: Graph) -> Graph:
    """Links that all members of a group have alike as one link of the group, first those to it, then those from it.

    Of a link with several labels each label is seen by itself.
    """
    single = tuple(replace(link, labels=(label,)) for link in graph.links for label in link.labels)
    links = _folded(graph, single, to=True)
    return replace(graph, links=joined(_folded(graph, links, to=False)))


def _folded(graph: Graph, links: tuple[Link, ...], to: bool) -> tuple[Link, ...]:
    group_of = {node.name: node.group for node in graph.nodes}
    sizes = {name: len(nodes) for name, nodes in graph.groups.items()}
    alike: dict[tuple[str, str, tuple[str, ...]], list[Link]] = {}
    for link in links:
        inner, outer = (link.target, link.source) if to else (link.source, link.target)
        alike.setdefault((outer, group_of.get(inner, ""), link.labels), []).append(link)
    found: dict[Link, None] = {}
    for (outer, group, labels), several in alike.items():
        whole = len(several) == sizes.get(group, 0) >= FEWEST and group_of.get(outer, outer) != group
        one = Link(outer, group, labels) if to else Link(group, outer, labels)
        found |= dict.fromkeys([one] if whole else several)
    return tuple(found)


def around(graph: Graph, name: str, depth: int) -> Graph:
    """What lies at most `depth` links from a node, whichever way they point."""
    near, edge = {name}, {name}
    for _ in range(depth):
        touching = [one for one in graph.links if {one.source, one.target} & edge]
        edge = {end for one in touching for end in (one.source, one.target)} - near
        if not edge:
            break
        near |= edge
    nodes = tuple(one for one in graph.nodes if one.name in near)
    links = tuple(one for one in graph.links if one.source in near and one.target in near)
    return replace(graph, nodes=nodes, links=links)
