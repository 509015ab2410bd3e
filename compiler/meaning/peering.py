"""Whether environments that are peered have ranges apart: the one check that sees several environments.

A kind says with ``x-peers`` which setting names the other environments, and which one holds the range of addresses.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network

from compiler.language.schema import Schema
from compiler.source.diagnostics import Diagnostic, did_you_mean
from compiler.source.document import Document, Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(eq=True)
class _Peered:
    """The part of a resolved document that is peered: one component of a section that is one component."""

    document: Document
    section: str
    settings: Mapping[str, Json]
    names: str
    """The setting that names other environments."""
    range: str
    """The setting with the addresses."""
    further: str
    """The setting with a list of further ones, if there is one."""

    @property
    def environment(self) -> str:
        return str(self.document.data["environment"])

    def place(self, *path: str | int) -> Path:
        return (self.section, *path)


_WORDS = ("names", "range", "further")


def _peered(document: Document, schema: Schema) -> Iterator[_Peered]:
    for section, kind in schema.kinds.items():
        settings = document.data.get(section)
        if settings and "x-peers" in kind:
            yield _Peered(document, section, settings, *map(kind["x-peers"].get, _WORDS))


def peers(document: Document, schema: Schema) -> tuple[str, ...]:
    """Environments that a resolved document names as its peers, itself left out."""
    named = (name for one in _peered(document, schema) for name in one.settings.get(one.names, ()))
    return tuple(name for name in named if name != document.data["environment"])


def unknown_peers(documents: Iterable[Document], environments: Iterable[str], schema: Schema) -> Iterator[Diagnostic]:
    """Peers that are no environment of the spec."""
    known = tuple(environments)
    for one in (peered for document in documents for peered in _peered(document, schema)):
        for index, name in enumerate(one.settings.get(one.names, ())):
            if name not in known and name != one.environment:
                place = one.document.value_place(one.place(one.names, index))
                message = f"there is no environment '{name}'"
                yield Diagnostic("unknown-environment", message, place, one.section, did_you_mean(name, known))


def overlaps(documents: Mapping[str, Document], schema: Schema) -> Iterator[Diagnostic]:
    """Each two peered environments, by name in `documents`, that share addresses, told once."""
    named = ((name, peer) for name, one in documents.items() for peer in peers(one, schema) if peer in documents)
    for first, second in sorted({tuple(sorted(pair)) for pair in named}):
        others = {other.section: other for other in _peered(documents[second], schema)}
        for one in _peered(documents[first], schema):
            if one.section in others:
                yield from _overlap(one, others[one.section])


def _overlap(one: _Peered, other: _Peered) -> Iterator[Diagnostic]:
    if any(each.settings.get("existing") is not None for each in (one, other)):
        return  # made elsewhere, so that its range is not in the spec
    for (path, first), (path_of_other, second) in itertools.product(_ranges(one), _ranges(other)):
        if IPv4Network(first).overlaps(IPv4Network(second)):
            names = [each.environment for each in (one, other)]
            message = f"'{first}' in {names[0]} overlaps '{second}' in {names[1]}, and the two are peered"
            place, there = one.document.value_place(path), other.document.value_place(path_of_other)
            also = (there,) if there != place else ()
            yield Diagnostic("cidr-overlap", message, place, one.section, f"give each its own '{one.range}'", also)


def _ranges(one: _Peered) -> Iterator[tuple[Path, str]]:
    """Each range of addresses with the place of its setting."""
    yield one.place(one.range), str(one.settings[one.range])
    for index, text in enumerate(one.settings.get(one.further) or ()):
        yield one.place(one.further, index), str(text)
