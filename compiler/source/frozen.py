"""Frozen dataclasses whose methods are shared, since `dataclasses` writes and compiles six for each class.

With four hundred classes that would be a fifth of what `compile` takes, before it has done anything.
"""

from __future__ import annotations

import dataclasses
import functools
import operator
import typing
from collections.abc import Callable, Hashable
from typing import Any, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, eq_default=False, field_specifiers=(dataclasses.field,))
def frozen(*, eq: bool = False, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """A decorator like ``dataclass(frozen=True, slots=True)``; without `eq`, each value equals only itself."""

    def decorated(cls: type[T]) -> type[T]:
        members: Any = cls
        members.__init__, members.__setattr__, members.__delattr__ = _initialise, _refuse, _refuse
        members.__repr__, members.__getstate__, members.__setstate__ = _shown, _state, _restore
        if eq:
            members.__eq__, members.__hash__ = _equal, _hash
        return dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(cls)

    return decorated


class _Fields:
    """What the methods need of a class."""

    def __init__(self, cls: Any) -> None:
        self.all = dataclasses.fields(cls)
        self.names = tuple(field.name for field in self.all)
        self.known = frozenset(self.names)
        self.positional = tuple(field.name for field in self.all if not field.kw_only)
        self.shown = tuple(field.name for field in self.all if field.repr)
        compared = [field.name for field in self.all if field.compare]
        self.value: Callable[[Any], object] = operator.attrgetter(*compared) if compared else lambda _: ()


@functools.cache
def _of(cls: Any) -> _Fields:
    return _Fields(cls)


def _fields(self: object) -> _Fields:
    return _of(typing.cast(Hashable, type(self)))


def _initialise(self: Any, *values: Any, **named: Any) -> None:
    """Set every field: from `values` in order, by name, or by its default. Raises TypeError as a made one would."""
    fields = _fields(self)
    if not named and len(values) == len(fields.names) == len(fields.positional):
        named = dict(zip(fields.names, values, strict=True))
    elif values or named.keys() != fields.known:
        named = _given(self, fields, values, named)
    for name, value in named.items():
        object.__setattr__(self, name, value)


def _given(self: object, fields: _Fields, values: tuple[Any, ...], named: dict[str, Any]) -> dict[str, Any]:
    """The value of every field."""
    if len(values) > len(fields.positional):
        most = len(fields.positional)
        raise TypeError(f"{type(self).__name__} takes {most} positional arguments, {len(values)} were given")
    given = dict(zip(fields.positional, values, strict=False))
    twice, unknown = given.keys() & named.keys(), named.keys() - fields.known
    if twice or unknown:
        raise TypeError(f"{type(self).__name__} got {', '.join(sorted(twice or unknown))} which it can't take")
    given |= named
    return {field.name: given[field.name] if field.name in given else _default(self, field) for field in fields.all}


def _default(self: object, field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    raise TypeError(f"{type(self).__name__} misses {field.name}")


def _refuse(self: object, name: str, *_: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"{type(self).__name__}.{name} can't be changed")


def _equal(self: object, other: object) -> Any:
    if type(other) is not type(self):
        return NotImplemented
    value = _fields(self).value
    return value(self) == value(other)


def _hash(self: object) -> int:
    return hash(_fields(self).value(self))


def _shown(self: object) -> str:
    values = (f"{name}={getattr(self, name)!r}" for name in _fields(self).shown)
    return f"{type(self).__qualname__}({', '.join(values)})"


def _state(self: object) -> list[Any]:
    return [getattr(self, name) for name in _fields(self).names]


def _restore(self: object, state: list[Any]) -> None:
    for name, value in zip(_fields(self).names, state, strict=True):
        object.__setattr__(self, name, value)
