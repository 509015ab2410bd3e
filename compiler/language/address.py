"""How the components of a platform are addressed: `section.name`, or the section alone where it is one component."""

from __future__ import annotations

from compiler.source.document import Path


def address_of(path: Path) -> str:
    """The address of the component at `path`. Names have no dots, so no two components have the same."""
    return ".".join(map(str, path))


def name_of(address: str) -> str:
    """The name of the component at `address`, which is unique in its section only."""
    return address.rpartition(".")[2]
