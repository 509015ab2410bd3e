"""Where in a template a finding is."""

from __future__ import annotations

from compiler.source.document import Path
from compiler.source.json_value import Json


def path_in(body: Json, pointer: str) -> Path:
    """The keys and indices that `pointer` walks in a template, as far as they are there; a key may have slashes."""
    walked: list[str | int] = []
    waiting = pointer.split("/") if pointer else []
    value = body
    while waiting:
        step, used = _step(value, waiting)
        if step is None:
            break
        value = value[step]
        walked.append(step)
        waiting = waiting[used:]
    return tuple(walked)


def _step(value: Json, waiting: list[str]) -> tuple[str | int | None, int]:
    """The next step into `value`, and how many pieces of the pointer it is made of."""
    if isinstance(value, list):
        index = waiting[0]
        inside = index.isdecimal() and int(index) < len(value)
        return (int(index) if inside else None), 1
    for used in range(1, len(waiting) + 1) if isinstance(value, dict) else ():
        key = "/".join(waiting[:used])
        if key in value:
            return key, used
    return None, 0


def value_at(value: Json, path: Path) -> Json:
    """What is at `path` of plain data; None where nothing is."""
    for step in path:
        inside = isinstance(value, dict) and step in value
        if not inside and not (isinstance(value, list) and isinstance(step, int) and step < len(value)):
            return None
        value = value[step]
    return value
