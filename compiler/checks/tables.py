"""What is wrong with a table beyond its schema.

Numbers: DynamoDB developer guide, "Service, account, and table quotas".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.checks import Fault
from compiler.document import Path
from compiler.json_value import Json
from compiler.parts.table_keys import KeyAttribute, key_of, key_types

MOST_GLOBAL = 20
MOST_LOCAL = 5
MOST_INCLUDED = 100

_Keys = Mapping[Path, tuple[KeyAttribute, ...]]


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    """Faults of one resolved table."""
    keys: _Keys = {
        ("key",): key_of(data["key"]),
        **{("indexes", name, "key"): key_of(index["key"]) for name, index in data["indexes"].items()},
    }
    yield from _same_twice(keys)
    yield from _types(keys, data["types"])
    yield from _counts(data["indexes"])
    yield from _ttl(data["ttl"], key_types(keys.values(), data["types"]))
    for name, index in data["indexes"].items():
        yield from _local(name, index, key_of(data["key"]))
        yield from _projection(name, index)
        yield from _capacity(name, index, data["billing"])


def _same_twice(keys: _Keys) -> Iterator[Fault]:
    for path, key in keys.items():
        if len({one.name for one in key}) < len(key):
            message = f"the key has the attribute '{key[0].name}' twice"
            yield Fault("table-key", message, path, "name another attribute as its sort key")


def _types(keys: _Keys, types: Mapping[str, str]) -> Iterator[Fault]:
    known = {one.name for key in keys.values() for one in key}
    for name in types:
        if name not in known:
            message = f"'{name}' is in no key; DynamoDB takes types of key attributes only"
            yield Fault("table-type", message, ("types", name), "take it away: other attributes need no type")
    seen = dict(types)
    for path, key in keys.items():
        for one in key:
            if one.type and seen.setdefault(one.name, one.type) != one.type:
                message = f"'{one.name}' is of type {one.type} here and of type {seen[one.name]} elsewhere"
                yield Fault("table-type", message, path, "give an attribute one type")


def _counts(indexes: Mapping[str, Json]) -> Iterator[Fault]:
    local = [name for name, index in indexes.items() if index["local"]]
    counts = (("local", len(local), MOST_LOCAL), ("global", len(indexes) - len(local), MOST_GLOBAL))
    for kind, count, most in counts:
        if count > most:
            yield Fault("table-limit", f"it has {count} {kind} indexes, DynamoDB takes {most}", ("indexes",))
    included = sum(len(index["include"]) for index in indexes.values())
    if included > MOST_INCLUDED:
        message = f"its indexes include {included} attributes in all, DynamoDB takes {MOST_INCLUDED}"
        yield Fault("table-limit", message, ("indexes",), "use 'projection: all'")


def _ttl(ttl: str | None, types: Mapping[str, str]) -> Iterator[Fault]:
    if types.get(ttl or "", "N") != "N":
        message = f"'{ttl}' is a key attribute of type {types[ttl or '']}; a time to live is a number"
        yield Fault("table-ttl", message, ("ttl",), "name another attribute, or make it N in 'types'")


def _local(name: str, index: Mapping[str, Json], table: tuple[KeyAttribute, ...]) -> Iterator[Fault]:
    if not index["local"]:
        return
    path = ("indexes", name, "key")
    key = key_of(index["key"])
    if len(table) < 2:
        message = "a local index needs a table with a sort key"
        yield Fault("table-index", message, path, "make the index global: take 'local: true' away")
    elif len(key) < 2 or key[0].name != table[0].name or key[1].name == table[1].name:
        message = f"a local index has the table's partition key '{table[0].name}' and another sort key"
        yield Fault("table-index", message, path, f"write [{table[0].name}, <another attribute>]")


def _projection(name: str, index: Mapping[str, Json]) -> Iterator[Fault]:
    if (index["projection"] == "include") != bool(index["include"]):
        message = "'projection: include' and 'include' go together"
        yield Fault("table-index", message, ("indexes", name, "projection"), "write both or none of the two")


def _capacity(name: str, index: Mapping[str, Json], billing: Json) -> Iterator[Fault]:
    if index["capacity"] and (index["local"] or isinstance(billing, str)):
        owner = "a local index shares the table's" if index["local"] else "the table is billed on demand"
        message = f"the index can't have a capacity of its own: {owner}"
        yield Fault("table-index", message, ("indexes", name, "capacity"), "take it away")
