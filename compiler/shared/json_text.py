"""JSON as text: in one form for one meaning, or with references of a template in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from troposphere import AWSHelperFn, Sub

from compiler.program.component import Value
from compiler.program.intrinsics import joined
from compiler.source.json_value import Json

_MARK = "\ue002"
"""Around the number of a reference, until it is put into the text."""


def json_text(value: Json) -> str:
    """`value` with sorted keys and every character as it is: an escaped symbol of a pointer would be none any more."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def placed(number: int) -> str:
    """What stands in a text for the reference of that number."""
    return f"{_MARK}{number}{_MARK}"


def with_references(
    value: Json, references: tuple[AWSHelperFn, ...] = (), edit: Callable[[str], str] | None = None
) -> Value:
    """`value` as JSON text in its author's order, with Ref, GetAtt and Sub anywhere in it written into the text.

    `edit` may put `placed` numbers of `references` into the text.
    """
    found = [*references]

    def placeholder(reference: AWSHelperFn) -> str:
        found.append(reference)
        return placed(len(found) - 1)

    raw = json.dumps(value, default=placeholder, separators=(",", ":"), ensure_ascii=False)
    pieces = re.split(f"{_MARK}([0-9]+){_MARK}", edit(raw) if edit else raw)
    pieces[1::2] = [found[int(number)].to_dict() for number in pieces[1::2]]
    whole = joined(pieces)
    if isinstance(whole, str):
        return whole
    said = whole["Fn::Sub"]
    return Sub(said) if isinstance(said, str) else Sub(*said)
