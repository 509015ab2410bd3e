"""Turn troposphere's and awacs' objects into plain JSON, each once.

`troposphere.encode_to_dict` goes through the values of an object again for every object around it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from typing import ParamSpec, TypeVar, cast

import awacs
from troposphere import AWSHelperFn, BaseAWSObject, Ref, encode_to_dict

from compiler.source.json_value import Json

_OF_AWACS = (awacs.AWSObject, awacs.AWSHelperFn)
_PLAIN = frozenset({str, int, bool, float, type(None)})
_JSON = "stackwright_json"
"""Attribute of an object that is encoded already."""
P = ParamSpec("P")
T = TypeVar("T", bound=BaseAWSObject)


def alike(make: Callable[P, T]) -> Callable[P, T]:
    """A decorator of what makes a part of resources: from the same plain values one is made and encoded, once.

    A large platform has thousands of them, such as the settings of a container that all services have. Of references,
    and of values that remember their setting (`compiler.program.traced`), each part is made by itself.
    """

    plainly = cast(Callable[..., T], make)

    @functools.lru_cache(maxsize=1024, typed=True)
    def made(*values: Hashable) -> T:
        part = plainly(*values)
        part.__dict__[_JSON] = encoded(part)
        return part

    @functools.wraps(make)
    def one(*values: P.args, **named: P.kwargs) -> T:
        return make(*values, **named) if named or not all(map(_is_plain, values)) else made(*values)

    return one


def _is_plain(value: object) -> bool:
    """Whether equal values of the same type are the same for everybody. In a tuple 1 and 1.0 would be equal."""
    return type(value) in _PLAIN or (type(value) is tuple and all(type(item) is str for item in value))


def encoded(value: Json) -> Json:
    """What ``encode_to_dict(value)`` gives, properties validated."""
    kind: Json = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        return {key: child if type(child) in _PLAIN else encoded(child) for key, child in value.items()}
    if kind is list or kind is tuple:
        return [child if type(child) in _PLAIN else encoded(child) for child in value]
    return _way_of(kind)(value)


@functools.cache
def _way_of(kind: Json) -> Callable[[Json], Json]:
    """How an object of a class becomes JSON."""
    if issubclass(kind, BaseAWSObject) and kind.to_dict is BaseAWSObject.to_dict:
        return _of_object
    if kind is Ref:
        return lambda value: value.data
    if issubclass(kind, AWSHelperFn) and kind.to_dict is AWSHelperFn.to_dict:
        return lambda value: encoded(value.data)
    if issubclass(kind, _OF_AWACS) and hasattr(kind, "JSONrepr"):
        return lambda value: encoded(value.JSONrepr())
    by_troposphere: Callable[[Json], Json] = encode_to_dict
    return by_troposphere


def _of_object(value: BaseAWSObject) -> Json:
    """As `BaseAWSObject.to_dict`, which validates first."""
    if _JSON in value.__dict__:
        return value.__dict__[_JSON]
    if value.do_validation:
        value._validate_props()
        value.validate()
    return encoded(value.resource) if value.properties else value.to_dict()
