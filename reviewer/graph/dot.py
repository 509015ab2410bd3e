"""A picture in DOT, the language of Graphviz: ``dot -Tpng``.

Source: Graphviz, "DOT Language" and the attributes `compound`, `lhead` and `ltail`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reviewer.graph.model import Graph, Link, Node
from reviewer.graph.names import identifiers


def render(graph: Graph) -> str:
    return "".join(f"{line}\n" for line in _lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    ids = identifiers((*(node.name for node in graph.nodes), *graph.groups))
    yield f"digraph {_quoted(graph.title)} {{"
    yield f"    graph [label={_quoted(graph.title)}, labelloc=t, rankdir=LR, compound=true, fontname=Helvetica];"
    yield "    node [shape=box, fontname=Helvetica];"
    yield "    edge [fontname=Helvetica, fontsize=10];"
    for group, nodes in graph.blocks():
        if not group:
            yield from (f"    {_node(node, ids)}" for node in nodes)
            continue
        yield f"    subgraph cluster_{ids[group]} {{"
        yield f"        label={_quoted(group)};"
        yield from (f"        {_node(node, ids)}" for node in nodes)
        yield "    }"
    yield from (f"    {_link(graph, link, ids)}" for link in graph.links)
    yield "}"


def _node(node: Node, ids: Mapping[str, str]) -> str:
    style = ", style=dashed" if node.outside else ""
    return f"{ids[node.name]} [label={_quoted(node.label)}{style}];"


def _link(graph: Graph, link: Link, ids: Mapping[str, str]) -> str:
    """One end of an arrow is always a node; what the arrow is cut off at may be the cluster around it."""
    ends, cut = [], []
    for name, attribute in ((link.source, "ltail"), (link.target, "lhead")):
        inside = graph.groups.get(name)
        ends.append(ids[inside[len(inside) // 2].name if inside else name])
        cut += [f"{attribute}=cluster_{ids[name]}"] if inside else []
    about = ", ".join((f"label={_quoted(', '.join(link.labels))}", *cut))
    return f"{ends[0]} -> {ends[1]} [{about}];"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
