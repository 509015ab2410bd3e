"""Put what depends on each other into steps: in order, each as large as it may be, always the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Groups = tuple[tuple[str, ...], ...]


def in_steps(ahead: Mapping[str, Iterable[str]], sizes: Mapping[str, int], most: int) -> Groups:
    """The nodes in steps of at most `most`, each node with or after what is `ahead` of it.

    What is ahead of each other stays together, also where that is larger. Where it is open, the order is that of
    `ahead`.
    """
    steps: list[list[str]] = []
    room = 0
    for group in _groups(ahead):
        size = sum(sizes.get(name, 0) for name in group)
        if not steps or size > room:
            steps.append([])
            room = most
        steps[-1] += group
        room -= size
    return tuple(map(tuple, steps))


def _groups(ahead: Mapping[str, Iterable[str]]) -> Groups:
    """Nodes that are ahead of each other together, each group after all that is ahead of it."""
    before = {name: _all_ahead(ahead, name) for name in ahead}
    left, done = list(ahead), set[str]()
    groups: list[tuple[str, ...]] = []
    while left:
        first = next(name for name in left if all(one in done or name in before[one] for one in before[name]))
        group = tuple(one for one in left if one == first or (one in before[first] and first in before[one]))
        groups.append(group)
        done |= {*group}
        left = [one for one in left if one not in done]
    return tuple(groups)


def _all_ahead(ahead: Mapping[str, Iterable[str]], name: str) -> set[str]:
    found: set[str] = set()
    waiting: Sequence[str] = [name]
    while waiting:
        following = {one for node in waiting for one in ahead[node] if one in ahead} - found
        found |= following
        waiting = sorted(following)
    return found
