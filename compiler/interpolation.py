"""``${name.attribute}`` in strings: checked where it is written, kept as a symbol until resources are known.

`expand` replaces what is known at once (``${env}``) and turns the rest into symbols: text between two private-use
characters, which survive whatever a kind does with the string.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from compiler.document import Path
from compiler.json_value import Json

OPEN, CLOSE = "\ue000", "\ue001"

_TOKEN = re.compile(r"\$\$\{|\$\{([^${}]*)(\}?)")
_SYMBOL = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")


def strings(value: Json, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every string in `value` that has ``${``, with its path."""
    if isinstance(value, str):
        if "${" in value:
            yield path, value
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from strings(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from strings(child, (*path, index))


def pointers(text: str) -> Iterator[tuple[str, bool]]:
    """What stands in each ``${…}`` of `text`, and whether it is closed."""
    for token in _TOKEN.finditer(text):
        if token[0] != "$${":
            yield token[1].strip(), bool(token[2])


def expand(text: str, known: Mapping[str, str]) -> str:
    """`text` with known variables written out, ``$${`` unescaped and the rest as symbols."""

    def one(token: re.Match[str]) -> str:
        if token[0] == "$${":
            return "${"
        name = token[1].strip()
        return known.get(name, f"{OPEN}{name}{CLOSE}")

    return _TOKEN.sub(one, text)


def expanded(value: Json, known: Mapping[str, str]) -> Json:
    """`value` with `expand` done in every string of it."""
    if isinstance(value, str):
        return expand(value, known) if "${" in value else value
    if isinstance(value, dict):
        return {key: expanded(child, known) for key, child in value.items()}
    if isinstance(value, list):
        return [expanded(child, known) for child in value]
    return value


def parts(text: str) -> tuple[str, ...]:
    """Literal text and symbols' names in turn: even places are literal, odd ones are names."""
    return tuple(_SYMBOL.split(text))


def spelled(value: Json) -> Json:
    """`value` as an author would write it: symbols are ``${…}`` again."""
    if isinstance(value, str):
        return _SYMBOL.sub(r"${\1}", value.replace("${", "$${"))
    if isinstance(value, dict):
        return {key: spelled(child) for key, child in value.items()}
    return [spelled(child) for child in value] if isinstance(value, list) else value


def replaced(value: Json, render: Callable[[str], Json]) -> Json:
    """`value` with every string that has a symbol put through `render`."""
    if isinstance(value, str):
        return render(value) if OPEN in value else value
    if isinstance(value, dict):
        return {key: replaced(child, render) for key, child in value.items()}
    return [replaced(child, render) for child in value] if isinstance(value, list) else value
