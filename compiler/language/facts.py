"""Known values of settings that AWS extends, such as engine versions: `schema/facts/<name>.json`, each with a date."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping

from compiler.language.schema import schema_folder
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_MOST_HINTED = 60
"""Values that an editor offers; of longer lists it knows the form only."""
About = Mapping[str, Json]
"""What is known of a value: dates of its stages, its successor, and what kinds read of it."""


@frozen(eq=True)
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

    def current(self, of: str = "") -> tuple[str, ...]:
        """The known values that are neither deprecated nor ended, nor cost extra."""
        known = self.known(of).items()
        return tuple(value for value, about in known if not any(self.reached(about, stage) for stage in self.says))


@functools.cache
def fact(name: str) -> Fact:
    """The fact `name`."""
    data = json.loads((schema_folder() / "facts" / f"{name}.json").read_bytes())
    by = data.get("by", "")
    lists = data["values"] if by else {"": data["values"]}
    known = {of: {str(value): _about(values, value) for value in values} for of, values in lists.items()}
    return Fact(name, data["noun"], data["date"], by, data.get("says", {}), known)


def _about(values: Json, value: str) -> About:
    return values[value] if isinstance(values, dict) else {}


def fact_names() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in (schema_folder() / "facts").glob("*.json")))


def known_to(about: Mapping[str, Json]) -> Fact | None:
    """The fact that a property's schema refers to."""
    return fact(about["x-known"]) if "x-known" in about else None


def hinted_values(about: Mapping[str, Json]) -> list[Json]:
    """The values of a property's fact that an editor offers; none without a fact."""
    values = current_values(about) if "x-known" in about else []
    return values if len(values) <= _MOST_HINTED else []


def current_values(about: Mapping[str, Json]) -> list[Json]:
    """The values of a property's fact that AWS offers and has not deprecated, of all its lists."""
    known = fact(about["x-known"])
    values = dict.fromkeys(value for of in known.lists for value in known.current(of))
    return [int(value) for value in values] if about.get("type") == "integer" else [*values]
