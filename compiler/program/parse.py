"""Turn a resolved document into components: frozen dataclasses, one class for each kind."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Hashable, Mapping

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
    settings = {field: _made(make, data.get(field)) for field, make in _makers(typing.cast(Hashable, kind)).items()}
    return kind(**{**settings, "name": name, "path": path})


Make: typing.TypeAlias = Callable[[Json], typing.Any] | None
"""What makes the value of a field of the data of a spec; None where that is taken as it is."""
_AS_IT_IS = ("str", "int", "bool", "Json", "int | str", "str | None", "int | None", "bool | None", "int | str | None")
"""Annotations of values that are taken as they are, so that most classes need no annotation evaluated."""


@functools.cache
def _makers(cls: typing.Any) -> Mapping[str, Make]:
    """Field → what makes its value, in a dataclass whose annotations are text."""
    fields = dataclasses.fields(cls)
    if all(field.type in _AS_IT_IS for field in fields):
        return dict.fromkeys((field.name for field in fields), None)
    hints = typing.get_type_hints(cls)
    return {field.name: _maker(hints[field.name]) for field in fields}


def _made(make: Make, data: Json) -> typing.Any:
    return data if make is None or data is None else make(data)


def _maker(hint: typing.Any) -> Make:
    """For a nested dataclass, tuple, mapping, optional or plain value."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return _maker(next(argument for argument in arguments if argument is not types.NoneType))
    if origin is tuple:
        item = _maker(arguments[0])
        return lambda data: tuple(_made(item, one) for one in data)
    if origin is not None and issubclass(origin, Mapping):
        value = _maker(arguments[1])
        return lambda data: {key: _made(value, one) for key, one in data.items()}
    return functools.partial(_nested, hint) if dataclasses.is_dataclass(hint) else None


def _nested(kind: typing.Any, data: Json) -> typing.Any:
    return kind(**{field: _made(make, data.get(_setting(field))) for field, make in _makers(kind).items()})


def _setting(field: str) -> str:
    """``with`` for ``with_``: a field can't have the name of a keyword of Python."""
    return field.removesuffix("_")
