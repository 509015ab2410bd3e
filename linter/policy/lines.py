"""Lines of a template as `compile` writes it: a member or an item a line, indented by two."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from compiler.source.document import Path

_INDENT = "  "
_RESOURCE = re.compile(r'    "(?P<name>[A-Za-z0-9]+)": \{')


def line_of(lines: Sequence[str], path: Path) -> int:
    """The line of the value at `path`, from 1 on; of what is around it as far as it is there."""
    at = 0
    for depth, step in enumerate(path, start=1):
        found = _below(lines, at, _INDENT * depth, step)
        if found is None:
            break
        at = found
    return at + 1


def column_of(lines: Sequence[str], line: int) -> int:
    """Where the text of a line starts."""
    text = lines[line - 1]
    return len(text) - len(text.lstrip()) + 1


def resource_at(lines: Sequence[str], line: int) -> str:
    """The logical id of the resource that a line is of; empty where it is of none."""
    for number in range(min(line, len(lines)) - 1, -1, -1):
        match = _RESOURCE.fullmatch(lines[number])
        if match:
            return match["name"] if _section(lines, number) == '  "Resources": {' else ""
    return ""


def _section(lines: Sequence[str], number: int) -> str:
    return next(line for line in reversed(lines[:number]) if not line.startswith("    "))


def _below(lines: Sequence[str], at: int, margin: str, step: str | int) -> int | None:
    """The line of a member or item right below the one at `at`."""
    start = f"{margin}{json.dumps(step, ensure_ascii=False)}:"
    items = -1
    for number in range(at + 1, len(lines)):
        line = lines[number]
        if not line.startswith(margin):
            return None
        if isinstance(step, str):
            if line.startswith(start):
                return number
        elif line[len(margin)] not in " }]":
            items += 1
            if items == step:
                return number
    return None
