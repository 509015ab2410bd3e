"""A picture in SVG, for pages and documents; without a script, a font or anything else from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias
from xml.sax import saxutils

from compiler.source.frozen import frozen
from reviewer.graph.layout import HEAD, ROW, Box, laid_out, size
from reviewer.graph.model import Graph, Link

_STYLE = (
    "text{font:13px Helvetica,Arial,sans-serif;fill:#1f2328}.title{font-size:16px;font-weight:bold}"
    ".head{font-weight:bold;fill:#57606a}.group{fill:#f6f8fa;stroke:#d0d7de}.node{fill:#ddf4ff;stroke:#54aeff}"
    ".outside{fill:#fff;stroke:#57606a;stroke-dasharray:4 3}.link{fill:none;stroke:#57606a}"
    ".label{font-size:11px}.behind{fill:#fff;fill-opacity:.85}"
)
_TRIED = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8, 0.15, 0.85, 0.1, 0.9)
"""Where on its line a label may stand, the best place first."""
_LETTER, _LINE = 6.2, 15
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 has not."""
Point: TypeAlias = tuple[float, float]
Curve: TypeAlias = tuple[Point, Point, Point, Point]
Area: TypeAlias = tuple[float, float, float, float]
"""Left, top, right and bottom."""


@frozen(eq=True)
class _Spot:
    """What a link begins or ends at."""

    left: int
    right: int
    top: int
    bottom: int

    def at(self, share: float) -> float:
        return self.top + (self.bottom - self.top) * share


def render(graph: Graph) -> str:
    return "".join(f"{line}\n" for line in _lines(graph))


def _lines(graph: Graph) -> Iterator[str]:
    boxes = laid_out(graph)
    width, height = size(boxes)
    width = max(width, round(len(graph.title) * 9.5) + 28)
    view = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {view} role="img" aria-label={_attribute(graph.title)}>'
    yield f"<title>{_text(graph.title)}</title>"
    yield f"<style>{_STYLE}</style>"
    yield '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
    yield '<path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>'
    yield f'<rect width="{width}" height="{height}" fill="#fff"/>'
    yield f'<text class="title" x="14" y="30">{_text(graph.title)}</text>'
    yield from (line for box in boxes if box.titled for line in _group(box))
    curves = _curves(graph, _spots(boxes))
    yield from (_path(curve) for curve in curves)
    yield from (line for box in boxes for line in _rows(box))
    nodes = [(one.left, one.top, one.right, one.bottom) for one in _spots(boxes).values()]
    yield from _labels(graph.links, curves, nodes)
    yield "</svg>"


def _group(box: Box) -> Iterator[str]:
    yield f'<rect class="group" x="{box.left}" y="{box.top}" width="{box.width}" height="{box.height}" rx="6"/>'
    yield f'<text class="head" x="{box.left + box.inset}" y="{box.top + 18}">{_text(box.name)}</text>'


def _rows(box: Box) -> Iterator[str]:
    width, middle = box.width - 2 * box.inset, box.left + box.width // 2
    for index, node in enumerate(box.rows):
        top, look = box.row_top(index), "outside" if node.outside else "node"
        yield f'<rect class="{look}" x="{box.left + box.inset}" y="{top}" width="{width}" height="{ROW}" rx="4"/>'
        yield f'<text x="{middle}" y="{top + 20}" text-anchor="middle">{_text(node.label)}</text>'


def _spots(boxes: Sequence[Box]) -> Mapping[str, _Spot]:
    found = {box.name: _Spot(box.left, box.left + box.width, box.top, box.top + HEAD) for box in boxes if box.titled}
    for box in boxes:
        for index, node in enumerate(box.rows):
            top = box.row_top(index)
            found[node.name] = _Spot(box.left + box.inset, box.left + box.width - box.inset, top, top + ROW)
    return found


def _curves(graph: Graph, spots: Mapping[str, _Spot]) -> list[Curve]:
    """A line for each link; those of one node leave and arrive beside each other, in the order of their other ends."""
    out, into = _shares(graph.links, spots, outgoing=True), _shares(graph.links, spots, outgoing=False)
    return [
        _curve((spots[link.source], out[index]), (spots[link.target], into[index]))
        for index, link in enumerate(graph.links)
    ]


def _shares(links: Sequence[Link], spots: Mapping[str, _Spot], outgoing: bool) -> Mapping[int, float]:
    """Which part of its node's height each link is at."""
    ends: dict[str, list[tuple[int, int]]] = {}
    for index, link in enumerate(links):
        own, other = (link.source, link.target) if outgoing else (link.target, link.source)
        ends.setdefault(own, []).append((spots[other].top, index))
    found: dict[int, float] = {}
    for several in ends.values():
        for number, (_, index) in enumerate(sorted(several), 1):
            found[index] = number / (len(several) + 1)
    return found


def _curve(source: tuple[_Spot, float], target: tuple[_Spot, float]) -> Curve:
    (one, here), (other, there) = source, target
    y, z = one.at(here), other.at(there)
    if other.left > one.right:
        bend = max(50.0, (other.left - one.right) / 2)
        return (one.right, y), (one.right + bend, y), (other.left - bend, z), (other.left, z)
    if other.right < one.left:
        bend = max(50.0, (one.left - other.right) / 2)
        return (one.left, y), (one.left - bend, y), (other.right + bend, z), (other.right, z)
    bend = 50.0 + abs(z - y) / 8
    return (one.right, y), (one.right + bend, y), (other.right + bend, z), (other.right, z)


def _path(curve: Curve) -> str:
    start, *rest = (f"{round(x)} {round(y)}" for x, y in curve)
    return f'<path class="link" d="M{start}C{" ".join(rest)}" marker-end="url(#tip)"/>'


def _labels(links: Sequence[Link], curves: Sequence[Curve], nodes: Sequence[Area]) -> Iterator[str]:
    """At places that neither a node nor an earlier label has, as far as there are any."""
    taken: dict[int, list[Area]] = {}
    for node in nodes:
        _take(taken, node)
    for link, curve in zip(links, curves, strict=True):
        text = ", ".join(link.labels)
        half = len(text) * _LETTER / 2
        spots = [_on(curve, share) for share in _TRIED]
        x, y = next((one for one in spots if not _covered(one, half, taken)), spots[0])
        _take(taken, _area((x, y), half))
        x, y, half = round(x), round(y), round(half)
        yield f'<rect class="behind" x="{x - half - 2}" y="{y - 8}" width="{2 * half + 4}" height="{_LINE}"/>'
        yield f'<text class="label" x="{x}" y="{y + 4}" text-anchor="middle">{_text(text)}</text>'


def _area(spot: Point, half: float) -> Area:
    return spot[0] - half - 2, spot[1] - _LINE / 2, spot[0] + half + 2, spot[1] + _LINE / 2


def _take(taken: dict[int, list[Area]], area: Area) -> None:
    """By the lines of the picture that an area is in, so that few are compared with each other."""
    for line in _lines_of(area):
        taken.setdefault(line, []).append(area)


def _lines_of(area: Area) -> range:
    return range(int(area[1] // _LINE), int(area[3] // _LINE) + 1)


def _covered(spot: Point, half: float, taken: Mapping[int, Sequence[Area]]) -> bool:
    left, top, right, bottom = area = _area(spot, half)
    near = (one for line in _lines_of(area) for one in taken.get(line, ()))
    return any(left < c and a < right and top < d and b < bottom for a, b, c, d in near)


def _on(curve: Curve, share: float) -> Point:
    """The point of a cubic curve at a share of its way."""
    left = 1 - share
    weights = (left**3, 3 * left**2 * share, 3 * left * share**2, share**3)
    return (
        sum(weight * point[0] for weight, point in zip(weights, curve, strict=True)),
        sum(weight * point[1] for weight, point in zip(weights, curve, strict=True)),
    )


def _text(text: str) -> str:
    return saxutils.escape(_NO_XML.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return saxutils.quoteattr(_NO_XML.sub("\ufffd", text))
