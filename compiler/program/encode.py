"""Turn troposphere's and awacs' objects into plain JSON, each once.

`troposphere.encode_to_dict` goes through the values of an object again for every object around it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import awacs
from troposphere import AWSHelperFn, BaseAWSObject, encode_to_dict

from compiler.source.json_value import Json

_OF_AWACS = (awacs.AWSObject, awacs.AWSHelperFn)
_PLAIN = frozenset({str, int, bool, float, type(None)})


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
    if issubclass(kind, AWSHelperFn) and kind.to_dict is AWSHelperFn.to_dict:
        return lambda value: encoded(value.data)
    if issubclass(kind, _OF_AWACS) and hasattr(kind, "JSONrepr"):
        return lambda value: encoded(value.JSONrepr())
    by_troposphere: Callable[[Json], Json] = encode_to_dict
    return by_troposphere


def _of_object(value: BaseAWSObject) -> Json:
    """As `BaseAWSObject.to_dict`, which validates first."""
    if value.do_validation:
        value._validate_props()
        value.validate()
    return encoded(value.resource) if value.properties else value.to_dict()
