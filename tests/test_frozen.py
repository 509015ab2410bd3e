"""`frozen` makes what `dataclass(frozen=True, slots=True)` makes, but for the time it takes."""

from __future__ import annotations

import copy
import dataclasses
import pickle
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


@frozen(eq=True)
class Point:
    x: int
    y: int = 0


@frozen(eq=True)
class Login:
    user: str
    password: str = dataclasses.field(repr=False)
    place: str = dataclasses.field(default="", compare=False)


@frozen(eq=True)
class Nothing:
    pass


def test_values_without_eq_equal_only_themselves() -> None:
    one = Pair(1)
    assert one == one and one != Pair(1)


def test_values_with_eq_are_compared_by_their_fields() -> None:
    assert Point(1) == Point(1, 0) and Point(1) != Point(2) and Nothing() == Nothing()
    others: tuple[object, ...] = ((1, 0), Nothing())
    assert Point(1) not in others
    assert {Point(1): "found"}[Point(1, 0)] == "found" and hash(Nothing()) == hash(Nothing())


def test_values_are_shown_copied_replaced_and_pickled_as_those_of_dataclasses() -> None:
    point = Point(1, 2)
    assert repr(point) == "Point(x=1, y=2)"
    assert copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point
    assert dataclasses.replace(point, y=3) == Point(1, 3) and dataclasses.asdict(point) == {"x": 1, "y": 2}


def test_fields_are_hidden_and_left_out_of_comparisons() -> None:
    login = Login("a", "secret", "here")
    assert repr(login) == "Login(user='a', place='here')"
    assert login == Login("a", "secret", "there") and login != Login("a", "other", "here")
    assert hash(login) == hash(Login("a", "secret"))
