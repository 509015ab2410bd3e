"""Secondary indexes of a table, and the key schemas that they share with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import AWSObject, dynamodb

from compiler.kinds.tables.capacity import Capacity
from compiler.kinds.tables.keys import key_of
from compiler.program.encode import alike
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_PROJECTIONS = {"all": "ALL", "keys": "KEYS_ONLY", "include": "INCLUDE"}


@frozen()
class Index:
    """A secondary index."""

    key: Json
    local: bool
    projection: str
    include: tuple[str, ...]
    capacity: Capacity | None


def some(indexes: Mapping[str, Index], local: bool) -> Iterator[tuple[str, Index]]:
    """The local ones, or the global ones, by name."""
    return ((name, one) for name, one in sorted(indexes.items()) if one.local == local)


def local_indexes(indexes: Mapping[str, Index]) -> dict[str, list[AWSObject]]:
    """``LocalSecondaryIndexes`` of a table, where there are any."""
    found = [dynamodb.LocalSecondaryIndex(**shape(name, one)) for name, one in some(indexes, local=True)]
    return {"LocalSecondaryIndexes": found} if found else {}


def shape(name: str, index: Index) -> dict[str, Json]:
    """What every kind of index says of itself."""
    more = {"NonKeyAttributes": list(index.include)} if index.include else {}
    projection = dynamodb.Projection(ProjectionType=_PROJECTIONS[index.projection], **more)
    return {"IndexName": name, "KeySchema": key_schema(index.key), "Projection": projection}


def key_schema(said: Json) -> list[dynamodb.KeySchema]:
    """The key of a table or of an index."""
    return [_part(attribute.name, kind) for attribute, kind in zip(key_of(said), ("HASH", "RANGE"), strict=False)]


@alike
def _part(name: str, kind: str) -> dynamodb.KeySchema:
    return dynamodb.KeySchema(AttributeName=name, KeyType=kind)
