"""The values that a setting may have, and how they are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from compiler.language.described import code
from compiler.language.facts import current_values, fact
from compiler.source.json_value import Json

_LOOKS_LIKE_NO_TEXT = re.compile(r"(?i)[-+.0-9].*|true|false|null|~||.*[{}\[\],#:&*!|>'\"%@`].*")


def known_values(about: Mapping[str, Json], beside: Mapping[str, Json]) -> Iterator[tuple[Json, str]]:
    """Values that a setting may have, and what is special of one: it is the default, or an example."""
    types = about.get("type", ())
    if "enum" in about:
        values = [value for value in about["enum"] if value is not None]
    elif isinstance(about.get("x-known"), str):
        values = _current(about, beside)
    else:
        values = [True, False] if "boolean" in ([types] if isinstance(types, str) else types) else []
    yield from ((value, "default" if value == about.get("default") else "") for value in values)
    if not values:
        yield from ((value, "example") for value in about.get("examples", ()) if not isinstance(value, dict | list))


def _current(about: Mapping[str, Json], beside: Mapping[str, Json]) -> list[Json]:
    """The values that AWS offers, of the engine that stands beside where it decides."""
    known = fact(about["x-known"])
    chosen = beside.get(known.by) if known.by else None
    return [*known.current(chosen)] if isinstance(chosen, str) and chosen in known.lists else current_values(about)


def plain(value: Json) -> str:
    """A value as it is shown in a list."""
    return value if isinstance(value, str) else code(value)


def as_yaml(value: Json, quoted: bool) -> str:
    """The value as YAML; text that looks like something else is quoted, and text alone where there are quotes."""
    if not isinstance(value, str) or quoted:
        return plain(value)
    return code(value) if _LOOKS_LIKE_NO_TEXT.fullmatch(value) or not value.isprintable() else value
