"""Rewrite references to components: the address in place of a bare name, an old name in place of a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from compiler.source.diagnostics import Place
from compiler.source.document import Document, Path
from compiler.source.interpolation import CLOSE, OPEN, parts
from compiler.source.json_value import Json

Respell = Callable[[Path, str], str]
"""What a reference, or the text between ``${`` and ``}``, that stands at a path becomes."""


def respelled(document: Document, paths: Iterable[Path], respell: Respell) -> Document:
    """The document with the references at `paths` respelled. A respelled key keeps the place of the written one."""
    data: Json = dict(document.data)
    keys: dict[Path, dict[str, str]] = {}
    for path in sorted(paths, key=len, reverse=True):  # a respelled key is no longer on the way to what is below
        value = value_at(data, path)
        if isinstance(value, dict):
            keys[path] = {key: respell(path, key) for key in value}
            written: Json = {keys[path][key]: child for key, child in value.items()}
        else:
            written = respelled_text(value, path, respell)
        if written != value:
            data = _put(data, path, written)
    return replace(document, data=data, keys=_moved(document.keys, keys), values=_moved(document.values, keys))


def respelled_text(text: str, path: Path, respell: Respell) -> str:
    """A reference, or text with pointers, in the other spelling."""
    if OPEN not in text:
        return respell(path, text)
    pieces = list(parts(text))
    pieces[1::2] = [f"{OPEN}{respell(path, symbol)}{CLOSE}" for symbol in pieces[1::2]]
    return "".join(pieces)


def replaced_at(data: Json, values: Mapping[Path, Json]) -> Json:
    """`data` with other `values` at their paths."""
    for path, value in values.items():
        data = _put(data, path, value)
    return data


def value_at(data: Json, path: Path) -> Json:
    for step in path:
        data = data[step]
    return data


def _put(data: Json, path: Path, value: Json) -> Json:
    """`data` with `value` at `path`; what is not on the way there is shared."""
    if not path:
        return value
    step, *rest = path
    changed: Json = list(data) if isinstance(data, list) else dict(data)
    changed[step] = _put(data[step], tuple(rest), value)
    return changed


def _moved(places: Mapping[Path, Place], keys: Mapping[Path, Mapping[str, str]]) -> Mapping[Path, Place]:
    """Places by the respelled paths too."""
    depths = {len(holder) for holder in keys}
    more: dict[Path, Place] = {}
    for path, place in places.items():
        for depth in depths:
            renamed = keys.get(path[:depth]) if len(path) > depth else None
            step = renamed.get(str(path[depth])) if renamed else None
            if step and step != path[depth]:
                more[(*path[:depth], step, *path[depth + 1 :])] = place
    return {**places, **more} if more else places
