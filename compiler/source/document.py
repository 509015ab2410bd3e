"""The data of a YAML file with the place of each key and value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from compiler.source.diagnostics import Place
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

Path = tuple[str | int, ...]


@frozen(eq=True)
class ImportedValue:
    """A value that another platform exports, which this one reads when it is deployed."""

    name: str
    """Name of the SSM parameter that the other platform writes."""
    component: str
    """Address of the component here that it is a value of."""
    export: str
    """What the other platform calls it in its exports."""
    by: str
    """Address of the import."""
    platform: str
    environment: str
    """Of the other platform."""
    file: str
    """Its spec."""


@frozen(eq=True)
class Document:
    """Data of a spec; `keys` and `values` map each path to where it stands in the file."""

    file: str
    data: Mapping[str, Json]
    keys: Mapping[Path, Place]
    values: Mapping[Path, Place]
    became: Mapping[Path, tuple[str, str]] = field(default_factory=dict)
    """Where a value is other text than its author wrote: what was written, and what it became."""
    imported: Mapping[str, ImportedValue] = field(default_factory=dict)
    """Root parameter → the value of another platform that it is for."""

    def key_place(self, path: Path) -> Place:
        """Where the key at `path` stands, or the nearest thing around it."""
        return self.keys.get(path) or self.value_place(path)

    def value_place(self, path: Path) -> Place:
        """Where the value at `path` stands, or the nearest thing around it."""
        while path:
            found = self.values.get(path) or self.keys.get(path)
            if found:
                return found
            path = path[:-1]
        return self.values.get((), Place(self.file, 1, 1))
