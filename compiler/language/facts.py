"""What AWS offers today, as data: `schema/facts/<name>.json` lists the known values of a setting, each with what AWS says of it."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass

from compiler.language.schema import Schema, schema_folder
from compiler.source.json_value import Json

About = Mapping[str, Json]
"""What is known of a value: dates of its stages, its successor, and what kinds read of it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """The known values of a setting on a date. Only that date counts, never the clock."""

    name: str
    noun: str
    """What a value is: ``a major version of {of}``."""
    date: str
    by: str
    """The setting of the same component that chooses among the lists; empty when there is one list."""
    says: Mapping[str, str]
    """Stage (`ended`, `closed`, `deprecated`, `extra_cost`) → what AWS does from its date on."""
    lists: Mapping[str, Mapping[str, About]]
    """What the setting `by` has, or nothing → known value → what is known of it."""

    def known(self, of: str = "") -> Mapping[str, About]:
        """The known values, of one engine where they differ by engine."""
        return self.lists.get(of if self.by else "", {})

    def reached(self, about: About, stage: str) -> bool:
        """Whether the stage of a value has begun on the date of the data."""
        return stage in about and str(about[stage]) <= self.date

    def offered(self, of: str = "") -> tuple[str, ...]:
        """The known values that AWS has not ended."""
        return tuple(value for value, about in self.known(of).items() if not self.reached(about, "ended"))


@functools.cache
def fact(name: str) -> Fact:
    """The fact `name`."""
    data = json.loads((schema_folder() / "facts" / f"{name}.json").read_bytes())
    by = data.get("by", "")
    lists = data["values"] if by else {"": data["values"]}
    known = {of: values if isinstance(values, dict) else dict.fromkeys(values, {}) for of, values in lists.items()}
    return Fact(name, data["noun"], data["date"], by, data.get("says", {}), known)


def fact_names() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in (schema_folder() / "facts").glob("*.json")))


def known_to(about: Mapping[str, Json]) -> Fact | None:
    """The fact that a property's schema refers to."""
    return fact(about["x-known"]) if "x-known" in about else None


def with_known(schema: Schema, value: Json) -> Json:
    """`value`, a schema, with the offered values of its facts as a hint for editors that complete: any other may stand."""
    if isinstance(value, list):
        return [with_known(schema, item) for item in value]
    if not isinstance(value, Mapping):
        return value
    found = {key: with_known(schema, child) for key, child in value.items()}
    named = found.get("x-known")
    return {**found, "anyOf": [{"enum": _hint(fact(named))}, {}]} if isinstance(named, str) else found


def _hint(of: Fact) -> list[Json]:
    values = dict.fromkeys(value for one in of.lists for value in of.offered(one))
    return [int(value) if value.isdecimal() else value for value in values]
