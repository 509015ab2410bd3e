"""What is wrong with a table beyond its schema.

Numbers: DynamoDB developer guide, "Service, account, and table quotas".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.tables.capacity import DIRECTIONS
from compiler.kinds.tables.keys import KeyAttribute, key_of, key_types
from compiler.kinds.tables.replica import AWS_MANAGED
from compiler.language.names import pascal
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.arns import region_in
from compiler.shared.copy_keys import apart, key_faults
from compiler.source.document import Path
from compiler.source.json_value import Json

MOST_GLOBAL = 20
MOST_LOCAL = 5
MOST_INCLUDED = 100

_Keys = Mapping[Path, tuple[KeyAttribute, ...]]


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of one resolved table."""
    data = component.settings
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
        yield from _bounds(index["capacity"], ("indexes", name, "capacity"))
    yield from _bounds(data["billing"], ("billing",))
    yield from _limits(data)
    yield from _same_ids(data)
    yield from _replicas(data, spec)


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
            yield Fault("table-type", message, ("types", name), "remove it: other attributes need no type")
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
        yield Fault("table-index", message, path, "make the index global: remove 'local: true'")
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
        yield Fault("table-index", message, ("indexes", name, "capacity"), "remove it")


def _bounds(capacity: Json, path: Path) -> Iterator[Fault]:
    for direction in DIRECTIONS if isinstance(capacity, Mapping) else ():
        units = capacity[direction]
        if isinstance(units, Mapping) and units["max"] <= units["min"]:
            message = f"'max: {units['max']}' leaves no room above 'min: {units['min']}'"
            help_text = (
                f"set it to {units['min'] + 1} or more, or write '{direction}: {units['min']}' for a fixed number"
            )
            yield Fault("scale-limits", message, (*path, direction, "max"), help_text)


def _limits(data: Mapping[str, Json]) -> Iterator[Fault]:
    if any(data["on_demand_limits"].values()) and not isinstance(data["billing"], str):
        message = "the table has provisioned units, which are its limit"
        yield Fault("unused-setting", message, ("on_demand_limits",), "remove it, or set 'billing: on-demand'")


def _same_ids(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Logical ids have letters and digits only, so that scaling of `by-day` and of `by_day` would be one."""
    seen: dict[str, str] = {}
    for name, index in data["indexes"].items():
        capacity = None if index["local"] or data["replicas"] else index["capacity"] or data["billing"]
        scales = isinstance(capacity, Mapping) and any(isinstance(capacity[one], Mapping) for one in DIRECTIONS)
        other = seen.setdefault(pascal(name), name) if scales else name
        if other != name:
            message = f"'{name}' and '{other}' differ in no letter or digit"
            yield Fault("table-index", message, ("indexes", name), "give one of the two another name")


def _replicas(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    replicas = data["replicas"]
    managed = {one["key"] == AWS_MANAGED for one in replicas.values()}
    if len(managed) > 1:
        message = "all copies have keys of one kind: their own ones, or AWS managed ones"
        yield Fault("table-replica", message, ("replicas",), "name a key for each, or 'aws-managed' for each")
    for name, one in replicas.items():
        yield from _replica(name, one["key"], spec)
    if replicas and data["stream"] not in (None, "both"):
        message = "the stream of a table with replicas must have old and new images"
        yield Fault("table-replica", message, ("stream",), "set 'stream: both'")
    if replicas:
        yield from _fixed_writes(data)


def _replica(name: str, key: str | None, spec: ResolvedSpec) -> Iterator[Fault]:
    if name == spec.region:
        message = f"{spec.region} is the platform's region, where the table itself is"
        yield Fault("table-replica", message, ("replicas", name), "name other regions only")
    elif key is None:
        yield from key_faults(key, name, ("replicas", name), spec)
    elif key == AWS_MANAGED:
        yield from apart(name, spec.region, ("replicas", name))
    elif region_in(key) != name:
        message = f"the key is in {region_in(key)}, and the copy is in {name}"
        yield Fault("table-replica", message, ("replicas", name, "key"), f"name a key of {name}")


def _fixed_writes(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Source: CloudFormation user guide, AWS::DynamoDB::GlobalTable, WriteProvisionedThroughputSettings."""
    said: dict[Path, Json] = {("billing",): data["billing"]}
    said |= {("indexes", name, "capacity"): index["capacity"] for name, index in data["indexes"].items()}
    for path, capacity in said.items():
        if isinstance(capacity, Mapping) and not isinstance(capacity["write"], Mapping):
            message = "the write units of a table with copies always scale"
            help_text = f"write {{min: {capacity['write']}, max: …}}"
            yield Fault("table-replica", message, (*path, "write"), help_text)
