"""Global indexes that are deleted and created again, since nothing else of them than their settings can be changed.

Source: UpdateTable (DynamoDB API reference): an index of a table is created, deleted, or its throughput changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.source.json_value import Json
from reviewer.causes import Causes
from reviewer.change import Change, Risk
from reviewer.differences import same
from reviewer.reasons import place_behind
from reviewer.shapes import objects

_TABLES = frozenset({"AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table"})
_INDEXES = "GlobalSecondaryIndexes"
_FIXED = ("KeySchema", "Projection")
"""What of an index can't be changed."""


def index_risks(causes: Causes, changes: Sequence[Change]) -> Iterator[Risk]:
    """A line for each index that is not there for a while."""
    for change in changes:
        if change.resource_type in _TABLES and change.action == "Modify" and change.replacement != "True":
            old, new = (_indexes(side) for side in causes.sides.properties(causes.sides.address(change)))
            for name in (name for name in old if name in new and indexes_differ(old[name], new[name])):
                text = f"index `{name}` is deleted and created again: queries of it fail until it is filled"
                yield Risk("outage", change.component, text, place_behind(causes, change, _INDEXES), serious=False)


def indexes_differ(old: Mapping[str, Json], new: Mapping[str, Json]) -> bool:
    """Whether an index has to be made anew."""
    return any(not same(old.get(key), new.get(key)) for key in _FIXED)


def _indexes(properties: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
    return {str(one.get("IndexName")): one for one in objects(properties.get(_INDEXES))}
