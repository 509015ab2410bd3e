"""Find cycles in a directed graph, and sort an acyclic one; the result is always the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter


def find_cycle(graph: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """One cycle of `graph` (node → what it needs), a path whose last node needs the first; empty when there is none."""
    if not _cycle(graph):
        return ()
    path = list(reversed(_cycle({node: sorted(graph[node]) for node in sorted(graph)})))[:-1]
    first = path.index(min(path))
    return tuple(path[first:] + path[:first])


def _cycle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """Any cycle, whose first node is its last too. Which one depends on the order of the nodes."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as problem:
        cycle: list[str] = problem.args[1]
        return cycle
    return []


def in_order(graph: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Nodes of an acyclic `graph`, each after what it needs, otherwise by name."""
    sorter = TopologicalSorter({node: sorted(graph[node]) for node in sorted(graph)})
    sorter.prepare()
    ordered: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered += ready
        sorter.done(*ready)
    return tuple(ordered)
