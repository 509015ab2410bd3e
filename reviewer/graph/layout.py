"""Where everything stands in a picture: boxes in columns, from who uses to what is used, with nodes as their rows.

A box is a group, or a node of none. No library is asked, so that the picture is the same everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from compiler.source.frozen import frozen
from reviewer.graph.model import Graph, Node

ROW, SPACE, EDGE, HEAD = 30, 10, 14, 26
"""Height of a node, between nodes, inside of a box, of a box's title."""
_BETWEEN_BOXES, _BETWEEN_COLUMNS, _TOP = 24, 150, 56
_PER_LETTER, _NARROWEST = 7.4, 90
_SWEEPS = 8


@frozen(eq=True)
class Box:
    """A rectangle; `rows` are the nodes in it, from above."""

    name: str
    rows: tuple[Node, ...]
    titled: bool
    left: int = 0
    top: int = 0

    @property
    def width(self) -> int:
        words = [row.label for row in self.rows] + ([self.name] if self.titled else [])
        return round(max(_NARROWEST, max(map(len, words)) * _PER_LETTER + 24)) + 2 * self.inset

    @property
    def inset(self) -> int:
        return EDGE if self.titled else 0

    @property
    def height(self) -> int:
        rows = len(self.rows) * (ROW + SPACE) - SPACE
        return rows + (HEAD + EDGE if self.titled else 0)

    def row_top(self, index: int) -> int:
        return self.top + (HEAD if self.titled else 0) + index * (ROW + SPACE)


def laid_out(graph: Graph) -> tuple[Box, ...]:
    """The boxes of a graph with their places."""
    boxes = _boxes(graph)
    columns = _columns(boxes, _steps(graph, boxes))
    heights = [_height(column) for column in columns]
    placed, left = [], EDGE
    for column, height in zip(columns, heights, strict=True):
        width, top = max(box.width for box in column), _TOP + (max(heights) - height) // 2
        for box in column:
            placed.append(Box(box.name, box.rows, box.titled, left + (width - box.width) // 2, top))
            top += box.height + _BETWEEN_BOXES
        left += width + _BETWEEN_COLUMNS
    return tuple(placed)


def size(boxes: Sequence[Box]) -> tuple[int, int]:
    """Width and height of the picture."""
    return (
        max((box.left + box.width for box in boxes), default=0) + 4 * EDGE,
        max((box.top + box.height for box in boxes), default=_TOP) + EDGE,
    )


def _height(column: Sequence[Box]) -> int:
    return sum(box.height + _BETWEEN_BOXES for box in column) - _BETWEEN_BOXES


def _boxes(graph: Graph) -> tuple[Box, ...]:
    found: dict[str, Box] = {}
    for node in graph.nodes:
        name = node.group or node.name
        found.setdefault(name, Box(name, graph.groups.get(node.group, (node,)), bool(node.group)))
    return tuple(found.values())


def _steps(graph: Graph, boxes: Iterable[Box]) -> Mapping[str, tuple[str, ...]]:
    """Box → the boxes that it points at."""
    box_of = {row.name: box.name for box in boxes for row in box.rows} | {box.name: box.name for box in boxes}
    found: dict[str, dict[str, None]] = {box.name: {} for box in boxes}
    for link in graph.links:
        source, target = box_of[link.source], box_of[link.target]
        if source != target:
            found[source][target] = None
    return {name: tuple(targets) for name, targets in found.items()}


def _columns(boxes: Sequence[Box], steps: Mapping[str, tuple[str, ...]]) -> list[list[Box]]:
    ranks = _ranks(steps)
    columns: list[list[Box]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for box in boxes:
        columns[ranks[box.name]].append(box)
    neighbours = _neighbours(steps)
    for _ in range(_SWEEPS):
        _swept(columns, neighbours)
    return columns


def _ranks(steps: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Column of each box: right of all that point at it, without the links that close a circle."""
    forward: dict[str, list[str]] = {name: [] for name in steps}
    done: set[str] = set()
    for name in steps:
        _walk(name, (), steps, (forward, done))
    ranks = dict.fromkeys(steps, 0)
    for _ in steps:
        for name, targets in forward.items():
            for target in targets:
                ranks[target] = max(ranks[target], ranks[name] + 1)
    return ranks


def _walk(
    name: str,
    path: tuple[str, ...],
    steps: Mapping[str, tuple[str, ...]],
    state: tuple[dict[str, list[str]], set[str]],
) -> None:
    forward, done = state
    if name in done:
        return
    done.add(name)
    for target in steps[name]:
        if target not in (*path, name):
            forward[name].append(target)
            _walk(target, (*path, name), steps, state)


def _neighbours(steps: Mapping[str, tuple[str, ...]]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {name: set(targets) for name, targets in steps.items()}
    for name, targets in steps.items():
        for target in targets:
            found[target].add(name)
    return found


def _swept(columns: list[list[Box]], neighbours: Mapping[str, set[str]]) -> None:
    """Each column in the order of the mean places of what its boxes are linked with: fewer lines cross."""
    for column in columns:
        places = {box.name: index / len(each) for each in columns for index, box in enumerate(each)}
        means = {box.name: _mean(places, neighbours[box.name], box.name) for box in column}
        column.sort(key=lambda box: means[box.name])


def _mean(places: Mapping[str, float], others: Iterable[str], own: str) -> float:
    found = sorted(places[one] for one in others)
    return sum(found) / len(found) if found else 1 + places[own]
