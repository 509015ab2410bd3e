"""JSON in one form for one meaning, as text in which ``${component.attribute}`` still works."""

from __future__ import annotations

import json

from compiler.json_value import Json


def json_text(value: Json) -> str:
    """`value` with sorted keys and every character as it is: an escaped symbol of a pointer would be none any more."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
