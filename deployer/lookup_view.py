"""What a lookup has changed in the lock file, for people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from compiler.source.json_value import Json


def change_lines(file: str, changes: Sequence[Mapping[str, Json]]) -> Iterator[str]:
    """A line a change, then how many there are."""
    for change in changes:
        values = [json.dumps(change[key], ensure_ascii=False) for key in ("before", "after") if change[key] is not None]
        mark = "-" if change["after"] is None else "+" if change["before"] is None else "~"
        yield f"{mark} {change['component']}.{change['word']}: {' → '.join(values)}"
    count = f"{len(changes)} change{'s' if len(changes) != 1 else ''}"
    yield f"{file}: {count if changes else 'nothing has changed'}"
