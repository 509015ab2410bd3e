"""A picture as it was asked for: of which layer, around which component, in which language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from compiler.program.component import Platform
from compiler.program.program import Program
from compiler.source.diagnostics import Diagnostic, Place, SpecError, did_you_mean
from compiler.source.frozen import frozen
from compiler.source.whole_file import write_whole
from reviewer.graph import dot, mermaid, svg
from reviewer.graph.model import Graph, Node, around, folded
from reviewer.graph.uses import data, uses
from reviewer.graph.ways import ways

LAYERS: Mapping[str, Callable[[Platform, Program], Graph]] = {
    "uses": lambda platform, _program: uses(platform),
    "data": lambda platform, _program: data(platform),
    "network": ways,
}
FORMS: Mapping[str, Callable[[Graph], str]] = {"mermaid": mermaid.render, "dot": dot.render, "svg": svg.render}


@frozen(eq=True)
class Wish:
    """What to draw."""

    layer: str
    around: str | None = None
    depth: int = 1


def picture(platform: Platform, program: Program, wish: Wish) -> Graph:
    """The graph of a layer, or of what is around one of its nodes. Raises `SpecError` for a node that it has not."""
    whole = LAYERS[wish.layer](platform, program)
    if wish.around is None:
        return folded(whole)
    node = _node(platform, whole, wish.around)
    near = around(whole, node.name, wish.depth)
    own = [replace(one, group="", label=one.name) if one == node else one for one in near.nodes]
    return folded(replace(near, nodes=tuple(own), title=f"{whole.title} around {node.name}"))


def _node(platform: Platform, whole: Graph, name: str) -> Node:
    """The node that has the name, or the only one whose name ends with it, as `uses` names components."""
    fitting = [one for one in whole.nodes if one.name == name] or [*_ending(whole.nodes, name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        message, help_text = f"several are called '{name}'", f"name one of: {', '.join(one.name for one in fitting)}"
        code = "ambiguous-component"
    else:
        message, help_text = f"the picture has no '{name}'", did_you_mean(name, _known(whole))
        code = "unknown-component"
    raise SpecError([Diagnostic(code, message, Place(platform.document.file, 1, 1), suggestion=help_text)])


def _known(whole: Graph) -> Iterable[str]:
    for node in whole.nodes:
        yield node.name
        if node.group:
            yield node.name.partition(".")[2] or node.name


def _ending(nodes: Iterable[Node], name: str) -> Iterable[Node]:
    return (one for one in nodes if name and one.name.partition(".")[2] == name)


def write_picture(text: str, file: Path) -> None:
    """Raises `SpecError` when the file can't be written."""
    try:
        write_whole(file, text.encode())
    except OSError as problem:
        message = f"the picture can't be written: {problem.strerror}"
        raise SpecError([Diagnostic("unwritable-output", message, Place(str(file), 1, 1))]) from None
