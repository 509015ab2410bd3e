"""Whether environments that are peered have ranges apart: the one check that sees several environments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network

from compiler.source.diagnostics import Diagnostic, did_you_mean
from compiler.source.document import Document


def peers(document: Document) -> tuple[str, ...]:
    """Environments that the network of a resolved document names, itself left out."""
    network = document.data.get("network") or {}
    return tuple(name for name in network.get("peered_with", ()) if name != document.data["environment"])


def unknown_peers(documents: Iterable[Document], environments: Iterable[str]) -> Iterator[Diagnostic]:
    """Peers that are no environment of the spec."""
    known = tuple(environments)
    for document in documents:
        for name in peers(document):
            if name not in known:
                index = document.data["network"]["peered_with"].index(name)
                place = document.value_place(("network", "peered_with", index))
                message = f"there is no environment '{name}'"
                yield Diagnostic("unknown-environment", message, place, "network", did_you_mean(name, known))


def overlaps(documents: Mapping[str, Document]) -> Iterator[Diagnostic]:
    """Each two peered environments, by name in `documents`, that share addresses, told once."""
    pairs = {tuple(sorted((name, peer))) for name, one in documents.items() for peer in peers(one) if peer in documents}
    for first, second in sorted(pairs):
        yield from _overlap(documents[first], documents[second])


def _overlap(one: Document, other: Document) -> Iterator[Diagnostic]:
    if any((each.data.get("network") or {"existing": {}}).get("existing") is not None for each in (one, other)):
        return  # one has no network, or one that was made elsewhere
    ranges = [str(each.data["network"]["cidr"]) for each in (one, other)]
    if IPv4Network(ranges[0]).overlaps(IPv4Network(ranges[1])):
        names = [each.data["environment"] for each in (one, other)]
        message = f"'{ranges[0]}' in {names[0]} overlaps '{ranges[1]}' in {names[1]}, and the two are peered"
        places = [each.value_place(("network", "cidr")) for each in (one, other)]
        also = (places[1],) if places[1] != places[0] else ()
        yield Diagnostic("cidr-overlap", message, places[0], "network", "give each its own 'cidr'", also)
