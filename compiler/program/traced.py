"""Values that remember which setting of the spec they are, so that a value of a template leads back to its line.

Text and numbers keep it on every way that passes them on as they are; what is computed from them is a new value. A
template is written the same from either. `lint` compiles with such values; a lint before a deployment compiles once
more when it has found something.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Self

from compiler.source.document import Document, Path
from compiler.source.json_value import Json


class TracedText(str):
    """Text of a setting."""

    origin: Path

    def __new__(cls, value: str, origin: Path = ()) -> Self:
        made = super().__new__(cls, value)
        made.origin = origin
        return made


class TracedNumber(int):
    """A whole number of a setting. Python allows none of true and false."""

    origin: Path

    def __new__(cls, value: int, origin: Path = ()) -> Self:
        made = super().__new__(cls, value)
        made.origin = origin
        return made


def traced(document: Document) -> Document:
    """The document with every text and whole number that stands in its file traced; defaults are left as they are."""
    return replace(document, data=_traced(document, document.data, ()))


def origin_of(value: Json) -> Path | None:
    """The path of the setting that a value is; None where nobody knows it."""
    return value.origin if isinstance(value, TracedText | TracedNumber) else None


def origins_in(value: Json, inner: Path = ()) -> Iterator[tuple[Path, Path]]:
    """Each value inside `value` whose setting is known, as the path to it and the path of the setting."""
    origin = origin_of(value)
    if origin is not None:
        yield inner, origin
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from origins_in(child, (*inner, key))
    elif isinstance(value, list | tuple):
        for index, child in enumerate(value):
            yield from origins_in(child, (*inner, index))


def setting_behind(value: Json) -> Path:
    """The setting that a value of a template is, or that everything in it comes from; empty where nobody knows it."""
    origin = origin_of(value)
    if origin is not None:
        return origin
    found = {_without(origin, inner) for inner, origin in origins_in(value)}
    return found.pop() if len(found) == 1 else ()


def _without(origin: Path, inner: Path) -> Path:
    """A setting without its last steps where these are those of the template too: the map that was passed on."""
    return origin[: -len(inner)] if inner and origin[-len(inner) :] == inner else origin


def _traced(document: Document, value: Json, path: Path) -> Json:
    if isinstance(value, dict):
        return {key: _traced(document, child, (*path, key)) for key, child in value.items()}
    if isinstance(value, list):
        return [_traced(document, child, (*path, index)) for index, child in enumerate(value)]
    if path not in document.values or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return TracedText(value, path)
    return TracedNumber(value, path) if isinstance(value, int) else value
