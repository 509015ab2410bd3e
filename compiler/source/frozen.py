"""Frozen dataclasses with one shared `__init__`, for the many classes of kinds and their settings.

`dataclasses` writes and compiles the source of four methods for each class. For the 130 classes of the kinds that is a
quarter of what `compile` takes; nobody compares or prints them, and one `__init__` reads their fields as well.
"""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Callable, Hashable
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=False)
def frozen(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """A decorator like ``dataclass(frozen=True, slots=True, eq=False, repr=False)``: each value equals only itself."""

    def decorated(cls: type[T]) -> type[T]:
        members: Any = cls
        members.__init__, members.__setattr__, members.__delattr__ = _initialise, _refuse, _refuse
        return dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)

    return decorated


def _initialise(self: Any, *values: Any, **named: Any) -> None:
    """Set every field: from `values` in order, by name, or by its default. Raises TypeError as a made one would."""
    fields, names = _fields(typing.cast(Hashable, type(self)))
    if not values and named.keys() == names:
        for name, value in named.items():
            object.__setattr__(self, name, value)
        return
    positional = [field.name for field in fields if not field.kw_only]
    if len(values) > len(positional):
        raise TypeError(f"{type(self).__name__} takes {len(positional)} positional arguments, {len(values)} were given")
    given = dict(zip(positional, values, strict=False))
    twice = given.keys() & named.keys()
    unknown = named.keys() - names
    if twice or unknown:
        raise TypeError(f"{type(self).__name__} got {', '.join(sorted(twice or unknown))} which it can't take")
    given |= named
    for field in fields:
        object.__setattr__(self, field.name, given[field.name] if field.name in given else _default(self, field))


@functools.cache
def _fields(cls: Any) -> tuple[tuple[dataclasses.Field[Any], ...], frozenset[str]]:
    fields = dataclasses.fields(cls)
    return fields, frozenset(field.name for field in fields)


def _default(self: Any, field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    raise TypeError(f"{type(self).__name__} misses {field.name}")


def _refuse(self: object, name: str, *_: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"{type(self).__name__}.{name} can't be changed")
