"""Differences of JSON values by the shortest path."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
from reviewer.differences import differences, shown

ONE, TWO, THREE = ({"Sid": name, "Action": name.lower()} for name in ("One", "Two", "Three"))

A, B = ({"AttributeName": name, "KeyType": "HASH"} for name in ("a", "b"))
SWAPPED = ((0, ("a", "b")), (1, ("b", "a")))


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1}, {"a": "1"}, []),
        ({"a": True}, {"a": "true"}, []),
        ({"a": 1, "b": 2}, {"a": 2}, [("a", 1, 2), ("b", 2, None)]),
        ({"s": [ONE, TWO, THREE]}, {"s": [ONE, THREE]}, [("s[Two]", TWO, None)]),
        ({"s": [ONE, TWO]}, {"s": [TWO, ONE]}, []),
        ({"s": [ONE]}, {"s": [{**ONE, "Action": "x"}]}, [("s[One].Action", "one", "x")]),
        ({"s": [1, 2, 3]}, {"s": [1, 3]}, [("s[1]", 2, 3), ("s[2]", 3, None)]),
        ({"s": [ONE, ONE]}, {"s": [ONE]}, [("s[1]", ONE, None)]),
        ({"x": {"Ref": "A"}}, {"x": {"Ref": "B"}}, [("x", {"Ref": "A"}, {"Ref": "B"})]),
        ({"KeySchema": [A, B]}, {"KeySchema": [A, B]}, []),
        ({"KeySchema": [A, B]}, {"KeySchema": [B, A]}, [(f"KeySchema[{n}].AttributeName", *w) for n, w in SWAPPED]),
        ({"KeySchema": [A]}, {"KeySchema": [A, B]}, [("KeySchema[b]", None, B)]),
        ({"Stages": [ONE]}, {"Stages": [ONE, TWO]}, [("Stages[Two]", None, TWO)]),
        ({"p": [{"Name": True}]}, {"p": [{"Name": "true"}]}, []),
        ({"t": []}, {"t": [{"Key": "a", "Value": "b"}]}, [("t[a]", None, {"Key": "a", "Value": "b"})]),
    ],
)
def test_differences(before: Json, after: Json, found: list[tuple[str, Json, Json]]) -> None:
    assert [(shown(path), old, new) for path, old, new in differences(before, after)] == found
