"""Turn a resolved document into components: frozen dataclasses, one class for each kind."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Hashable, Mapping

from compiler.language.address import address_of
from compiler.language.components import components
from compiler.language.schema import Schema
from compiler.program.component import Component
from compiler.program.registry import kind_of
from compiler.source.document import Document
from compiler.source.json_value import Json


def parse(document: Document, schema: Schema) -> Mapping[str, Component]:
    """Address → component, in the order of the spec. Each value fits its field, since the schema was checked."""
    return {
        address_of(path): _component(kind_of(section), name, address_of(path), data)
        for section, name, path, data in components(document, schema)
    }


def _component(kind: type[Component], name: str, path: str, data: Json) -> Component:
    settings = {field: _value(hint, data.get(field)) for field, hint in _hints(typing.cast(Hashable, kind)).items()}
    return kind(**{**settings, "name": name, "path": path})


_AS_IT_IS = ("str", "int", "bool", "Json", "int | str", "str | None", "int | None", "bool | None", "int | str | None")
"""Annotations of values that are taken as they are, so that most classes need no annotation evaluated."""


@functools.cache
def _hints(cls: typing.Any) -> Mapping[str, typing.Any]:
    """Field → type, in a dataclass whose annotations are text; Any where the value is taken as it is."""
    fields = dataclasses.fields(cls)
    if all(field.type in _AS_IT_IS for field in fields):
        return {field.name: typing.Any for field in fields}
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in fields}


def _value(hint: typing.Any, data: Json) -> typing.Any:
    """`data` as a value of type `hint`: nested dataclass, tuple, mapping, optional or plain."""
    if data is None or hint is typing.Any:
        return data
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _value(next(argument for argument in arguments if argument is not types.NoneType), data)
    if origin is tuple:
        return tuple(_value(arguments[0], item) for item in data)
    if origin is not None and issubclass(origin, Mapping):
        return {key: _value(arguments[1], item) for key, item in data.items()}
    if dataclasses.is_dataclass(hint):
        make: typing.Any = hint
        return make(**{name: _value(argument, data.get(_setting(name))) for name, argument in _hints(make).items()})
    return data


def _setting(field: str) -> str:
    """``with`` for ``with_``: a field can't have the name of a keyword of Python."""
    return field.removesuffix("_")
