"""Read what should be a list of objects from a template that anybody may have written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.language.resource_types import is_intrinsic
from compiler.source.json_value import Json


def objects(value: Json) -> Iterator[Mapping[str, Json]]:
    """The objects of a list, or one alone; of a condition (``Fn::If``) those of both sides; of other values none."""
    match value:
        case [*items]:
            for item in items:
                yield from objects(item)
        case {"Fn::If": [_, then, otherwise]}:
            yield from objects(then)
            yield from objects(otherwise)
        case {**_entries} if not is_intrinsic(value):
            yield value
