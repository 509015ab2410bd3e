"""Countries that requests may come from: those that are allowed, or all but those that are blocked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.source.json_value import Json


def one_of_both(countries: Mapping[str, Json] | None) -> Iterator[Fault]:
    """A fault where the setting `countries` has both lists, or none."""
    if countries is not None and bool(countries["allow"]) == bool(countries["block"]):
        message = "countries are either allowed or blocked, not both or neither"
        yield Fault("countries", message, ("countries",), "write either 'allow' or 'block'")
