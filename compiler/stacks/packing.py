"""Many values in one: a text of values with a separator, where a template would have too many parameters or outputs.

A nested stack has at most 200 parameters and 200 outputs, and a parameter's value at most 4,096 bytes (CloudFormation
quotas). What goes from one stack to another is then joined in one output, and picked out with Fn::Select and Fn::Split.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from compiler.program.intrinsics import Target
from compiler.program.resource import Resource
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

NEAR = 180
"""So many parameters or outputs a template may have before its values are packed; CloudFormation's limit is 200."""
SEPARATOR = ";"
"""In no ARN, URL or generated id; a resource whose name has it is not packed."""
MOST_CHARACTERS = 4_000
"""Of the 4,096 bytes of a parameter's value."""
_SHARED_FROM = 9
"""A value that so many stacks take is packed once for all of them."""
_ARN = 80
"""Characters of an ARN or URL around the name: ``arn:aws-us-gov:elasticloadbalancing:us-gov-west-1:…``."""
_RANDOM = 14
"""Characters that CloudFormation adds to the name of a nested stack, and to that of a resource in it."""
_TEXTS = re.compile(r"(?:Arn|ARN|Id|Name|Url|URL|Uri|Address|Port|Endpoint)$")
"""Attributes that are one short text."""
_NAMES = re.compile(r"(?:Name|Identifier|Id|Domain|Alias|Path)$")
"""Properties whose text can become part of an attribute."""

T = TypeVar("T")


@frozen(eq=True)
class Bundle:
    """Values of one nested stack that others take together."""

    name: str
    """Of the output and of the parameters."""
    giver: str
    targets: tuple[Target, ...]

    def value(self) -> Json:
        return joined_values([target.to_json() for target in self.targets])


def joined_values(values: Sequence[Json]) -> Json:
    return {"Fn::Join": [SEPARATOR, list(values)]}


def picked(bundle: str, index: int) -> Json:
    """One value of the parameter `bundle`."""
    return {"Fn::Select": [index, {"Fn::Split": [SEPARATOR, {"Ref": bundle}]}]}


def packable(resource: Resource, target: Target) -> bool:
    """Whether the value is one short text without the separator, whatever the service makes of it."""
    kind, properties = resource.body["Type"], resource.body.get("Properties", {})
    if kind.startswith(("Custom::", "AWS::CloudFormation::")):
        return False
    short = not target.attribute or _TEXTS.search(target.attribute) is not None
    return short and not any(SEPARATOR in str(value) for value in _names(properties))


def characters(resource: Resource, stack: int) -> int:
    """How long a value of `resource` can be, in a nested stack whose own name has `stack` characters."""
    generated = stack + _RANDOM + 1 + len(resource.logical_id) + _RANDOM
    return _ARN + max((generated, *(len(str(value)) for value in _names(resource.body.get("Properties", {})))))


def _names(properties: Mapping[str, Json]) -> Iterator[Json]:
    return (value for key, value in properties.items() if _NAMES.search(key))


def in_parts(items: Iterable[T], text: Callable[[T], str], size: Callable[[T], int]) -> tuple[tuple[T, ...], ...]:
    """`items` in few parts, each small enough for a parameter.

    The part of an item depends on its text and their number: one more changes one part, as long as all still fit.
    """
    known = [(_number(text(one)), size(one) + 1, one) for one in items]
    count = 1
    while True:
        parts: list[list[tuple[int, T]]] = [[] for _ in range(count)]
        for number, own, one in known:
            parts[number % count].append((own, one))
        if all(len(part) < 2 or sum(own for own, _ in part) <= MOST_CHARACTERS for part in parts):
            return tuple(tuple(one for _, one in part) for part in parts if part)
        count += 1 + count // 4


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def grouped(takers: Mapping[Target, Sequence[str]]) -> Mapping[str, list[Target]]:
    """Stack → what is packed for it alone; under ``""`` what is packed for all, since many stacks take it."""
    groups: dict[str, list[Target]] = {}
    for target, stacks in takers.items():
        for stack in ("",) if len(stacks) >= _SHARED_FROM else stacks:
            groups.setdefault(stack, []).append(target)
    return groups
