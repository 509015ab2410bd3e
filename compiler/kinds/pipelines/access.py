"""Components that a pipeline points at, and what they give its own role. What it `uses` is for its builds alone."""

from __future__ import annotations

from compiler.language.names import pascal
from compiler.program.component import Component, Grant, Platform, Value


def pointed(platform: Platform, text: str) -> Component:
    """The component that a pointer leads to."""
    found, _ = next(platform.spec.pointers(text))
    return platform.components[found.address]


def read(platform: Platform, text: str) -> Value:
    """What a pointer reads, or the text itself where it is none."""
    found = next(platform.spec.pointers(text), None)
    return platform.components[found[0].address].attributes()[found[1]] if found else text


def offered(platform: Platform, text: str, verb: str) -> list[tuple[str, Grant]]:
    """Statement id and grant of what the component of a pointer gives who does `verb` with it."""
    target = pointed(platform, text)
    grants = platform.offered(target, verb).grants
    return [(f"{target.stem}{pascal(verb)}{number or ''}", grant) for number, grant in enumerate(grants)]
