"""The report of `place`: which layers are in several stacks, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled


def placed_lines(compiled: Sequence[Compiled], file: str) -> Iterator[str]:
    """One line for each environment."""
    for row in placed_rows(compiled):
        stacks = ", ".join(f"{stack} {count}" for stack, count in row["stacks"].items())
        yield f"{row['environment']}: " + (f"{stacks} → {file}" if stacks else "each layer fits into one stack")


def placed_rows(compiled: Sequence[Compiled]) -> list[dict[str, Json]]:
    """The same as JSON: recorded stacks with their number of resources."""
    first = {root.environment: root for root in reversed(compiled)}
    return [
        {"environment": environment, "stacks": dict(sorted(_counts(root).items()))}
        for environment, root in reversed(first.items())
    ]


def _counts(root: Compiled) -> Counter[str]:
    counts: Counter[str] = Counter()
    for stack, components in root.placed.items():
        counts[stack] += sum(len(ids.split(" ")) for ids in components.values())
    return counts
