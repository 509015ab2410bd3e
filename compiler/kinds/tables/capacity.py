"""Provisioned units of a table or an index: a fixed number, or bounds to scale between. No troposphere here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.frozen import frozen
from compiler.source.json_value import Json

DIRECTIONS = ("read", "write")


@frozen()
class Capacity:
    """Units for each direction, as they are written."""

    read: Json
    write: Json

    @property
    def units(self) -> Mapping[str, Units]:
        """Direction → its units."""
        return {"read": units_of(self.read), "write": units_of(self.write)}


@frozen()
class Units:
    """Bounds, and the percent in use that scaling keeps to; None where the number is fixed."""

    least: int
    most: int
    target: int | None = None


def units_of(said: Json) -> Units:
    """The units of one direction in either of its forms."""
    return Units(said["min"], said["max"], said["target"]) if isinstance(said, Mapping) else Units(said, said)


def scaled(capacity: Capacity | None) -> Iterator[tuple[str, Units]]:
    """Direction and units of what scales."""
    if capacity:
        yield from ((direction, units) for direction, units in capacity.units.items() if units.target)
