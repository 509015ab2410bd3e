"""Global secondary indexes and copies of a table: one update creates or deletes one of them.

An index is created before everything else, since new code may query it, and deleted after it, since old code still
may. One with another key or projection is deleted and created again. Copies in other regions come and go after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.json_value import Json
from reviewer.indexes_anew import indexes_differ
from reviewer.order import Order, Properties, Split, Stage, Turn
from reviewer.shapes import objects
from reviewer.template_set import references

_INDEXES = "GlobalSecondaryIndexes"
_COPIES = "Replicas"
_NAMES: Mapping[str, str] = {_INDEXES: "IndexName", _COPIES: "Region"}
_MOST = 20
"""Global indexes of a table (DynamoDB developer guide, quotas)."""

Parts = Mapping[str, Json]
"""Name → index or copy."""


def _split(turn: Turn) -> Split | None:
    sides = (turn.old, turn.new)
    if not turn.stays or not all(_plain(side, name) for side in sides for name in _NAMES):
        return None
    before = tuple(_before(turn))
    held = _held(turn)
    after = tuple(_after(turn, held))
    return Split(before, held if after else None, after) if len(before) + len(after) > 1 else None


def _plain(properties: Properties, name: str) -> bool:
    """Whether parts can be told apart: a list of objects with names that are text."""
    parts = properties.get(name, [])
    key = _NAMES[name]
    return isinstance(parts, list) and all(isinstance(one, Mapping) and isinstance(one.get(key), str) for one in parts)


def _parts(properties: Properties, name: str) -> dict[str, Json]:
    return {one[_NAMES[name]]: one for one in properties.get(name, ())}


def _anew(turn: Turn) -> list[str]:
    """Indexes that have to be deleted and created again, for which nothing but their names is the same."""
    old, new = (_parts(side, _INDEXES) for side in (turn.old, turn.new))
    return [name for name in new if name in old and indexes_differ(old[name], new[name])]


def _before(turn: Turn) -> Iterator[Stage]:
    parts, new, anew = _parts(turn.old, _INDEXES), _parts(turn.new, _INDEXES), _anew(turn)
    for name in _first(turn):
        del parts[name]
        yield Stage(f"index `{name}` is deleted first, since a table has {_MOST}", _with_indexes(turn, turn.old, parts))
    for name in anew:
        del parts[name]
        yield Stage(f"index `{name}` is deleted, to be created with other keys", _with_indexes(turn, turn.old, parts))
        parts[name] = new[name]
        yield Stage(f"index `{name}` is created again", _with_indexes(turn, turn.old, parts))
    for name in new:
        if name not in parts and not _refers(new[name]):
            parts[name] = new[name]
            yield Stage(f"index `{name}` is created", _with_indexes(turn, turn.old, parts))


def _first(turn: Turn) -> list[str]:
    """Indexes that go before others come, of which there would be too many else."""
    old, new = (_parts(side, _INDEXES) for side in (turn.old, turn.new))
    gone = [name for name in old if name not in new]
    return gone[: max(len({**old, **new}) - _MOST, 0)]


def _refers(part: Json) -> bool:
    """Whether a part refers to a resource, which may not be there before everything else."""
    return any(True for _ in references(part))


def _held(turn: Turn) -> Properties:
    """The table as wanted, still with what goes, and without what comes, after everything else."""
    old, new = _parts(turn.old, _INDEXES), _parts(turn.new, _INDEXES)
    gone = {name: part for name, part in old.items() if name not in {*new, *_first(turn)}}
    come = {name: part for name, part in new.items() if name in old or not _refers(part)}
    wanted = _parts(turn.new, _COPIES)
    copies = {name: wanted.get(name, part) for name, part in _parts(turn.old, _COPIES).items()}
    return _with_indexes(turn, _with_copies(turn.new, copies), {**come, **gone})


def _after(turn: Turn, held: Properties) -> Iterator[Stage]:
    table = held
    for name, parts in _moves(held, turn.new, _INDEXES):
        table = _with_indexes(turn, table, parts)
        yield Stage(f"index `{name}` is {'created' if name in parts else 'deleted'}", table)
    for name, parts in _moves(held, turn.new, _COPIES):
        verb = "added" if name in parts else "removed"
        yield Stage(f"the copy in {name} is {verb}", _with_copies(table, parts))


def _moves(before: Properties, after: Properties, kind: str) -> Iterator[tuple[str, Parts]]:
    """One part more or less at a time, those first that come: its name, and all parts after that."""
    parts, wanted = _parts(before, kind), _parts(after, kind)
    for name in [one for one in wanted if one not in parts]:
        parts = {**parts, name: wanted[name]}
        yield name, parts
    for name in [one for one in parts if one not in wanted]:
        parts = {key: part for key, part in parts.items() if key != name}
        yield name, parts


def _with_indexes(turn: Turn, table: Properties, parts: Parts) -> Properties:
    """The table with other indexes: with the attributes of their keys alone, as DynamoDB wants it.

    They have one order everywhere, so that another one is no difference between two updates: that of what is wanted,
    or if one goes that of what is deployed.
    """
    first, second = (_parts(side, _INDEXES) for side in _sides(turn))
    parts = {name: parts[name] for name in dict.fromkeys([*first, *second]) if name in parts}
    found = {**table, _INDEXES: [*parts.values()]}
    if not parts:
        del found[_INDEXES]
    if "AttributeDefinitions" in found:
        ordered = [name for side in _sides(turn) for name in _definitions(side)]
        defined = {**dict.fromkeys(ordered), **_definitions(turn.old), **_definitions(turn.new)}
        used = {*_key_names(found)}
        found["AttributeDefinitions"] = [one for name, one in defined.items() if name in used]
    copies = {name: _of_indexes(turn, name, copy, parts) for name, copy in _parts(found, _COPIES).items()}
    return _with_copies(found, copies)


def _sides(turn: Turn) -> tuple[Properties, Properties]:
    """What is wanted and what is deployed, that first whose order counts."""
    goes = _parts(turn.old, _INDEXES).keys() - _parts(turn.new, _INDEXES).keys()
    return (turn.old, turn.new) if goes else (turn.new, turn.old)


def _of_indexes(turn: Turn, region: str, copy: Json, indexes: Parts) -> Json:
    """A copy with its settings of these indexes alone, which may be those that it had or will have."""
    known = [_parts(side, _COPIES).get(region, {}) for side in (turn.old, turn.new)]
    settings = {str(one.get("IndexName")): one for each in (*known, copy) for one in objects(each.get(_INDEXES))}
    left = [settings[name] for name in indexes if name in settings]
    rest = {key: one for key, one in copy.items() if key != _INDEXES}
    return {**rest, _INDEXES: left} if left else rest


def _with_copies(table: Properties, copies: Parts) -> Properties:
    return {**table, _COPIES: [*copies.values()]} if copies else table


def _definitions(table: Properties) -> Parts:
    return {str(one.get("AttributeName")): one for one in objects(table.get("AttributeDefinitions"))}


def _key_names(table: Properties) -> Iterator[str]:
    keyed = (table, *(one for kind in (_INDEXES, "LocalSecondaryIndexes") for one in objects(table.get(kind))))
    return (str(key.get("AttributeName")) for one in keyed for key in objects(one.get("KeySchema")))


ORDER = Order(
    types=frozenset({"AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"}),
    split=_split,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html",
)
