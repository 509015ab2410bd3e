"""What the values of a template refer to: both the form of a flat program and that of followed templates are read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from compiler.source.json_value import Json

Resources: TypeAlias = Mapping[str, Mapping[str, Json]]
"""Name of a resource → its body. Of a program the name is the logical id, of several templates a qualified one."""

_ITSELF = frozenset(("Arn", "GroupId", "Id", "SubnetId", "TaskDefinitionArn", "VpcId"))
"""Attributes that stand for the resource as a whole."""


def name(value: Json) -> str:
    """The resource that a value is of, with the attribute where that is another thing; a text is its own name."""
    match value:
        case {"Ref": str(logical_id)}:
            return logical_id
        case {"Fn::GetAtt": [str(logical_id), str(attribute)]}:
            return logical_id if attribute in _ITSELF else f"{logical_id}.{attribute}"
        case {"Fn::GetAtt": str(both)}:
            logical_id, _, attribute = both.partition(".")
            return logical_id if attribute in _ITSELF else both
        case str():
            return value
        case _:
            return ""


def spelled(value: Json) -> str:
    """The same text for the same value: its name, or all that is written where that names nothing."""
    return name(value) or json.dumps(value, sort_keys=True)


def names(value: Json) -> tuple[str, ...]:
    """The names of a list, or of a single value; none of what is not set."""
    return tuple(filter(None, map(name, listed(value))))


def listed(value: Json) -> list[Json]:
    """A list as it is, a single value as a list of it, and what is not set as an empty one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def at(value: Json, path: str) -> Json:
    """The value at a dotted path; ``*`` goes into all entries of a list. None where there is none."""
    return next(each(value, tuple(path.split("."))), None)


def each(value: Json, path: Sequence[str]) -> Iterator[Json]:
    """All values at a path."""
    if not path:
        yield value
    elif path[0] == "*":
        for entry in value if isinstance(value, list) else ():
            yield from each(entry, path[1:])
    elif isinstance(value, Mapping) and path[0] in value:
        yield from each(value[path[0]], path[1:])


def referred(value: Json) -> Iterator[str]:
    """Names of all resources that a value refers to, those in texts with placeholders too."""
    match value:
        case {"Ref": str(_)} | {"Fn::GetAtt": _}:
            yield name(value).partition(".")[0]
        case {"Fn::Sub": [str(text), {**variables}]}:
            yield from (*_placeholders(text), *referred(list(variables.values())))
        case {"Fn::Sub": str(text)}:
            yield from _placeholders(text)
        case {**entries}:
            for entry in entries.values():
                yield from referred(entry)
        case [*items]:
            for item in items:
                yield from referred(item)


def _placeholders(text: str) -> Iterator[str]:
    for piece in text.split("${")[1:]:
        yield piece.partition("}")[0].partition(".")[0]


def of_type(resources: Resources, resource_type: str) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Name and properties of each resource of a type."""
    for resource, body in resources.items():
        if body["Type"] == resource_type:
            yield resource, properties_of(resources, resource)


def properties_of(resources: Resources, resource: str) -> Mapping[str, Json]:
    """The properties of a resource; none of one that is not there."""
    properties = resources.get(resource, {}).get("Properties")
    return properties if isinstance(properties, Mapping) else {}


def objects(value: Json) -> tuple[Mapping[str, Json], ...]:
    """The objects of a list, whatever else raw CloudFormation has put there."""
    return tuple(one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else ()


def number(value: Json) -> int | None:
    """A whole number, as text too; None for what only AWS knows."""
    text = str(value)
    return int(text) if text.removeprefix("-").isdecimal() else None
