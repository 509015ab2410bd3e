"""`frozen` makes what `dataclass(frozen=True, slots=True, eq=False, repr=False)` makes, but for the time it takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from compiler.source.frozen import frozen


@frozen()
class Pair:
    left: int
    right: int = 2
    more: list[int] = dataclasses.field(default_factory=list)


@frozen(kw_only=True)
class Named:
    name: str


@frozen(kw_only=True)
class Sized(Named):
    size: int = 1


def test_fields_are_set_by_position_by_name_and_by_default() -> None:
    assert (Pair(1).left, Pair(1).right, Pair(1).more) == (1, 2, [])
    assert (Pair(1, 3).right, Pair(right=4, left=5).left) == (3, 5)
    assert Pair(1).more is not Pair(1).more
    assert (Sized(name="x").name, Sized(name="x", size=7).size) == ("x", 7)


@pytest.mark.parametrize(
    "make",
    [
        Pair,
        lambda: Pair(1, 2, [], 4),  # type: ignore[call-arg]
        lambda: Pair(1, left=1),  # type: ignore[misc]
        lambda: Pair(1, other=1),  # type: ignore[call-arg]
        lambda: Named("x"),  # type: ignore[call-arg]
        lambda: Sized(size=1),  # type: ignore[call-arg]
    ],
)
def test_what_a_made_initialiser_refuses_is_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(TypeError):
        make()


def test_values_can_not_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Pair(1).left = 3  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del Pair(1).left
    with pytest.raises((AttributeError, TypeError)):
        Pair(1).other = 3  # type: ignore[attr-defined]


def test_values_are_dataclasses_with_slots_that_equal_only_themselves() -> None:
    pair = Pair(1)
    assert [field.name for field in dataclasses.fields(pair)] == ["left", "right", "more"]
    assert dataclasses.replace(pair, right=9).right == 9
    assert not hasattr(pair, "__dict__")
    assert pair == pair and pair != Pair(1)
