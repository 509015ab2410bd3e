"""What a `.dockerignore` leaves out of a build context.

Sources: Docker documentation, "Build context", ".dockerignore files", and what Docker, BuildKit and Podman match with,
github.com/moby/patternmatcher.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from compiler.source.frozen import frozen

_ESCAPED = frozenset(".+()|{}$^")
_EXCEPT = "!"


@frozen(eq=True)
class Rule:
    """One line: what it matches is left out, or taken in again."""

    matches: re.Pattern[str]
    exception: bool


def rules(text: str) -> tuple[Rule, ...]:
    """The rules of a file, in their order. Raises ValueError with the line that is none."""
    return tuple(_rules(text.removeprefix("\ufeff")))


def _rules(text: str) -> Iterator[Rule]:
    for line in text.splitlines():
        said = "" if line.startswith("#") else line.strip()
        if not said:
            continue
        pattern = said.removeprefix(_EXCEPT).strip()
        if not pattern:
            raise ValueError(line)
        clean = posixpath.normpath(pattern).lstrip("/")
        if clean in (".", ""):
            continue
        try:
            yield Rule(re.compile(_expression(clean), re.DOTALL), said.startswith(_EXCEPT))
        except re.error as fault:
            raise ValueError(line) from fault


def _expression(pattern: str) -> str:
    """Stars stop at slashes, two stars do not; a class in brackets is taken as it is."""
    found, rest = "^", pattern
    while rest:
        part, rest = rest[0], rest[1:]
        if part == "*" and rest.startswith("*"):
            rest = rest[1:].removeprefix("/")
            found += "(.*/)?" if rest else ".*"
        elif part == "*":
            found += "[^/]*"
        elif part == "?":
            found += "[^/]"
        elif part == "\\" and rest:
            found, rest = found + re.escape(rest[0]), rest[1:]
        elif part == "[" and "]" in rest:
            inside, _, rest = rest.partition("]")
            found += f"[{inside}]"
        else:
            found += re.escape(part) if part in _ESCAPED or part in "[]\\" else part
    return f"{found}$"


def left_out(name: str, found: Sequence[Rule]) -> bool:
    """Whether the last rule that matches the path, or a folder around it, leaves it out."""
    parts = name.split("/")
    around = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    state = False
    for rule in found:
        if state == rule.exception and any(map(rule.matches.match, around)):
            state = not rule.exception
    return state
