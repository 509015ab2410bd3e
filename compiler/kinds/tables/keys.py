"""The keys of a table and its indexes, brought from all their written forms into one. No troposphere here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen()
class KeyAttribute:
    """`type` is S, N or B; None where the key does not say it."""

    name: str
    type: str | None = None


def key_of(said: Json) -> tuple[KeyAttribute, ...]:
    """Partition key and, where there is one, sort key."""
    if isinstance(said, str):
        return (KeyAttribute(said),)
    pair = [said["partition"], said.get("sort")] if isinstance(said, Mapping) else said
    return tuple(_attribute(one) for one in pair if one is not None)


def _attribute(said: Json) -> KeyAttribute:
    return KeyAttribute(said) if isinstance(said, str) else KeyAttribute(said["name"], said["type"])


def key_types(keys: Iterable[tuple[KeyAttribute, ...]], said: Mapping[str, str]) -> dict[str, str]:
    """Name → type of every key attribute: what its key says, else what `said` has for it, else S."""
    found: dict[str, str] = {}
    for key in keys:
        for attribute in key:
            found[attribute.name] = attribute.type or found.get(attribute.name) or said.get(attribute.name, "S")
    return found
