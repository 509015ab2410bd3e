"""A picture in Mermaid, which GitHub, GitLab and many editors draw from Markdown.

Source: Mermaid, "Flowcharts - Basic Syntax": special characters, entity codes, subgraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reviewer.graph.model import Graph, Node
from reviewer.graph.names import identifiers

_PLAIN = re.compile(r"[^\w .,:/()-]")
_OUTSIDE = "outside"


def render(graph: Graph) -> str:
    return "".join(f"{line}\n" for line in _lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    ids = identifiers((*(node.name for node in graph.nodes), *graph.groups))
    yield "---"
    yield f"title: {_quoted(graph.title)}"
    yield "---"
    yield "flowchart LR"
    for group, nodes in graph.blocks():
        if not group:
            yield from (f"    {_node(node, ids)}" for node in nodes)
            continue
        yield f"    subgraph {ids[group]}[{_quoted(group)}]"
        yield from (f"        {_node(node, ids)}" for node in nodes)
        yield "    end"
    for link in graph.links:
        yield f"    {ids[link.source]} -->|{_quoted(', '.join(link.labels))}| {ids[link.target]}"
    if any(node.outside for node in graph.nodes):
        yield f"    classDef {_OUTSIDE} stroke-dasharray: 4 3"


def _node(node: Node, ids: Mapping[str, str]) -> str:
    return f"{ids[node.name]}[{_quoted(node.label)}]{f':::{_OUTSIDE}' if node.outside else ''}"


def _quoted(text: str) -> str:
    """In quotation marks, with all that could end them or mean something inside as an entity code."""
    return '"' + _PLAIN.sub(lambda match: f"#{ord(match[0])};", text) + '"'
