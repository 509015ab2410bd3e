"""The nodes of a YAML text, with where they stand, so that a mutation changes them and leaves the rest as written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import yaml

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to `end` in the text."""

    start: int
    end: int

    def put(self, text: str, new: str) -> str:
        return text[: self.start] + new + text[self.end :]

    def of(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Nodes:
    """Keys, and values that end where they are written: scalars and collections in brackets."""

    keys: Sequence[Span]
    scalars: Sequence[Span]
    flows: Sequence[Span]


def nodes_of(text: str) -> Nodes | None:
    """None where the text is no YAML, or nothing to change."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError):
        return None
    keys: list[Span] = []
    scalars: list[Span] = []
    flows: list[Span] = []
    for node, key in _walk(root, 0) if root else ():
        rows = keys if key else scalars if isinstance(node, yaml.ScalarNode) else flows
        if not isinstance(node, yaml.CollectionNode) or node.flow_style:
            rows.append(Span(node.start_mark.index, node.end_mark.index))
    return Nodes(keys, scalars, flows) if keys and scalars and flows else None


def _walk(node: yaml.Node, depth: int, key: bool = False) -> Iterator[tuple[yaml.Node, bool]]:
    yield node, key
    if depth > 50:
        return
    for child in node.value if isinstance(node, yaml.CollectionNode) else ():
        if isinstance(child, tuple):
            yield from _walk(child[0], depth + 1, key=True)
            yield from _walk(child[1], depth + 1)
        else:
            yield from _walk(child, depth + 1)
