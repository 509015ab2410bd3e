"""The four levels at which a spec is damaged: its values, its keys, its structure, its characters and bytes."""

from __future__ import annotations

import codecs
import functools
from collections.abc import Callable
from pathlib import Path
from random import Random

import yaml

from compiler.source.json_value import Json
from tests.mutations.nodes import Nodes, nodes_of
from tests.mutations.values import COLLECTIONS, SCALARS, keys

SPECS = tuple(sorted((Path(__file__).parents[2] / "spec").glob("*.yaml")))
_DUMPER: type = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_PIECES: tuple[str, ...] = (
    "\t",
    "\x00",
    "\ufeff",
    "\r",
    "\n",
    "\u2028",
    '"',
    "'",
    "[",
    "}",
    ": ",
    "- ",
    "? ",
    "| ",
    "*a ",
    "&a ",
    "---\n",
    "...\n",
    "#",
    "%YAML 9.9\n",
    "!x ",
    "<<: ",
    "@",
    "`",
    "\x1b[31m",
    "\x7f",
    "\ud800",
    "\U0001f600",
    "\uff0c",
    "\xa0",
)


@functools.cache
def text_of(spec: Path) -> str:
    """The text of a reference spec."""
    return spec.read_text(encoding="utf-8")


def _nodes(text: str) -> Nodes | None:
    return _known_nodes(text) if text in map(text_of, SPECS) else nodes_of(text)


@functools.cache
def _known_nodes(text: str) -> Nodes | None:
    return nodes_of(text)


@functools.cache
def data_of(spec: Path) -> Json:
    """The data of a reference spec, which nobody changes."""
    return yaml.load(text_of(spec), Loader=yaml.CSafeLoader)


@functools.cache
def _known_values() -> tuple[str, ...]:
    """Every value of the five specs, as written."""
    texts = [text_of(spec) for spec in SPECS]
    found = ((text, nodes) for text in texts if (nodes := _nodes(text)))
    return tuple(sorted({span.of(text) for text, nodes in found for span in (*nodes.scalars, *nodes.flows)}))


@functools.cache
def _known_data() -> tuple[Json, ...]:
    """Every collection of the five specs."""
    return tuple(value for spec in SPECS for _, _, value in _places(yaml.load(text_of(spec), Loader=yaml.CSafeLoader)))


def change_value(text: str, random: Random) -> str:
    """Another value in the place of a scalar or of a collection in brackets."""
    nodes = _nodes(text)
    if nodes is None:
        return text
    span = random.choice(random.choice((nodes.scalars, nodes.scalars, nodes.flows)))
    return span.put(text, random.choice(random.choice((SCALARS, SCALARS, COLLECTIONS, _known_values()))))


def change_key(text: str, random: Random) -> str:
    """Another key, a misspelt one, one twice, or one too many."""
    nodes = _nodes(text)
    if nodes is None:
        return text
    span = random.choice(nodes.keys)
    old = span.of(text)
    other = random.choice((random.choice(keys()), random.choice(nodes.keys).of(text)))
    at = random.randrange(len(old) + 1)
    ways = (other, old[:at] + old[at + 1 :], old[:at] + random.choice("aZ_-.9é ") + old[at:], f"{other}: x, {old}")
    return span.put(text, random.choice(ways))


def change_structure(spec: Path, random: Random) -> str:
    """A part taken away, copied, moved, wrapped, or put in the place of another one."""
    data = _copied(data_of(spec))
    random.choice(_WAYS)(_places(data), random)
    return str(yaml.dump(data, Dumper=_DUMPER, sort_keys=False, allow_unicode=True, width=100))


_Place = tuple[Json, str | int, Json]
"""A collection, a key of it, and the value there."""


def _places(value: Json) -> list[_Place]:
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for key, child in rows for one in ((value, key, child), *_places(child))]


def _take_away(places: list[_Place], random: Random) -> None:
    around, key, _ = random.choice(places)
    del around[key]


def _exchange(places: list[_Place], random: Random) -> None:
    (around, key, value), (other, name, another) = random.choice(places), random.choice(places)
    around[key], other[name] = _copied(another), _copied(value)


def _bring(places: list[_Place], random: Random) -> None:
    around, key, _ = random.choice(places)
    around[key] = _copied(random.choice(_known_data()))


def _add(places: list[_Place], random: Random) -> None:
    around, key, value = random.choice(places)
    if isinstance(around, list):
        around.insert(random.randrange(len(around) + 1), _copied(random.choice((value, random.choice(_known_data())))))
    else:
        around[random.choice((str(key) + "-2", random.choice(keys()).strip("'")))] = _copied(value)


def _wrap(places: list[_Place], random: Random) -> None:
    around, key, value = random.choice(places)
    around[key] = random.choice(([value], {str(key): value}, {"each": value}, [value, value], {"existing": value}))


def _empty(places: list[_Place], random: Random) -> None:
    around, key, value = random.choice(places)
    around[key] = type(value)() if random.random() < 0.5 else random.choice((None, [], {}, "", 0, True))


def _unwrap(places: list[_Place], random: Random) -> None:
    around, key, value = random.choice(places)
    inner = list(value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value])
    around[key] = random.choice(inner) if inner else None


_WAYS: tuple[Callable[[list[_Place], Random], None], ...] = (
    _take_away,
    _exchange,
    _bring,
    _add,
    _wrap,
    _empty,
    _unwrap,
)


def _copied(value: Json) -> Json:
    """A copy, so that nothing becomes part of itself."""
    if isinstance(value, dict):
        return {key: _copied(child) for key, child in value.items()}
    return [_copied(child) for child in value] if isinstance(value, list) else value


def change_characters(text: str, random: Random) -> str:
    """Characters or lines put in, taken away, moved, or repeated."""
    at = random.randrange(len(text) + 1)
    far = min(len(text), at + random.choice((1, 1, 2, 5, 40, 400)))
    lines = text.splitlines(keepends=True) or [""]
    row, other = random.randrange(len(lines)), random.randrange(len(lines))
    indent = random.choice((" ", "  ", "\t", "    "))
    ways = (
        text[:at] + random.choice(_PIECES) + text[at:],
        text[:at] + random.choice(_PIECES) + text[far:],
        text[:at] + text[far:],
        text[:at],
        "".join((*lines[:row], *lines[row + 1 :])),
        "".join((*lines[:row], lines[other], *lines[row:])),
        "".join((*lines[:row], indent, *lines[row:])),
        "".join((*lines[:row], lines[row].lstrip(), *lines[row + 1 :])),
        text.replace("\n", random.choice(("\r\n", "\r", "\u2028", "\n\n", "\n\r")), random.choice((1, 9, -1))),
        text + random.choice((text, "---\n" + text, "...\n", "\0", "\t", "- x\n")),
    )
    return random.choice(ways)


def as_bytes(text: str, random: Random) -> bytes:
    """The text in another encoding, or with bytes that are none of UTF-8."""
    raw = text.encode("utf-8", "surrogatepass")
    at = random.randrange(len(raw) + 1)
    junk = random.randbytes(random.choice((1, 1, 2, 8)))
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: raw[:at] + junk + raw[at:],
        lambda: raw[:at] + junk + raw[at + len(junk) :],
        lambda: codecs.BOM_UTF8 + raw,
        lambda: raw + codecs.BOM_UTF8,
        lambda: text.encode("utf-16", "surrogatepass"),
        lambda: text.encode("utf-16-be", "surrogatepass"),
        lambda: text.encode("utf-32-le", "surrogatepass"),
        lambda: text.encode("latin-1", "replace") + b"# caf\xe9\n",
        lambda: raw.replace(b"a", b"\xc3\xa9", 3),
        lambda: raw[:at],
        lambda: b"\x1f\x8b" + raw,
        lambda: junk * 50,
    )
    return random.choice(ways)()
