"""Apply `renamed_from:`: a renamed component is compiled under its old name, so that no resource is replaced.

Everything that a kind makes of a name (logical ids, physical names, rules between two components) keeps the old name.
What the author sees has the new name: paths, messages and the environment variables of components that use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from compiler.language.address import address_of, name_of
from compiler.language.components import components
from compiler.language.names import pascal
from compiler.language.schema import Schema
from compiler.meaning.edges import Checked, Connections, Edge
from compiler.meaning.spelling import respelled
from compiler.source.diagnostics import Diagnostic
from compiler.source.document import Document, Path

Addresses = Mapping[str, str]
"""Address in the spec → address with the old name."""


def old_addresses(document: Document, schema: Schema) -> Addresses:
    """Addresses of the renamed components of a resolved document."""
    renamed = ((path, data.get("renamed_from")) for _, _, path, data in components(document, schema))
    return {address_of(path): address_of((*path[:-1], old)) for path, old in renamed if old}


def taken_names(document: Document, schema: Schema) -> Iterator[Diagnostic]:
    """A fault for each `renamed_from` whose logical ids another component of the section has."""
    all_components = list(components(document, schema))
    seen: dict[tuple[str, str], Path] = {
        (section, pascal(name)): path for section, name, path, data in all_components if not data.get("renamed_from")
    }
    for section, _, path, data in all_components:
        old = data.get("renamed_from")
        other = seen.setdefault((section, pascal(old)), path) if old else path
        if other != path:
            message = f"'renamed_from: {old}' would take the logical ids of {address_of(other)}"
            help_text, also = "use the name of a component that no longer exists", (document.key_place(other),)
            place = document.value_place((*path, "renamed_from"))
            yield Diagnostic("duplicate-name", message, place, address_of(path), help_text, also)


def by_old_names(checked: Checked, schema: Schema) -> Checked:
    """The document and its connections, with each renamed component at its old address."""
    old = old_addresses(checked.document, schema)
    if not old:
        return checked
    references = checked.connections.references
    document = respelled(checked.document, references, lambda _, reference: _readdressed(reference, old))
    sections = dict.fromkeys(address.partition(".")[0] for address in old)
    holders = [(section,) for section in sections]
    document = respelled(document, holders, lambda path, name: name_of(old.get(address_of((*path, name)), name)))
    edges, pointers = _renamed(checked.connections.edges, old), _renamed(checked.connections.pointers, old)
    return Checked(document, Connections(edges, pointers, references))


def _readdressed(reference: str, old: Addresses) -> str:
    """An address, which an attribute or alarm may follow, with the old name of its component."""
    section, dot, rest = reference.partition(".")
    name, more, attribute = rest.partition(".")
    return old.get(f"{section}{dot}{name}", f"{section}{dot}{name}") + more + attribute


def _renamed(edges: Iterable[Edge], old: Addresses) -> tuple[Edge, ...]:
    return tuple(
        replace(edge, source=old.get(edge.source, edge.source), target=old.get(edge.target, edge.target))
        for edge in edges
    )
