"""Values in words: one short line, references by name."""

from __future__ import annotations

import json
from collections.abc import Sequence

from compiler.source.json_value import Json
from compiler.source.printable import printable

_LONGEST_VALUE = 60


def value_text(value: Json, longest: int = _LONGEST_VALUE) -> str:
    """A value in one short line; references as ``${Stack/Resource.Attribute}``."""
    text = printable(" ".join(_text(value).split("\n")))
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _text(value: Json) -> str:
    match value:
        case None:
            return "(none)"
        case str():
            return value or '""'
        case {"Ref": str(name), **others} if not others:
            return "${" + name + "}"
        case {"Fn::GetAtt": str(name), **others} if not others:
            return "${" + name + "}"
        case {"Fn::Join": ["", [*parts]], **others} if not others:
            return "".join(_text(part) for part in parts)
        case _:
            return json.dumps(value, sort_keys=True, ensure_ascii=False)


def setting_text(value: Json) -> str:
    """A value of the spec as an author writes it: without quotation marks, and without what is not set."""
    match value:
        case None:
            return "not set"
        case True | False:
            return str(value).lower()
        case [*items]:
            return value_text("[" + ", ".join(setting_text(item) for item in items) + "]")
        case {**entries} if entries:
            told = [f"{key}: {setting_text(item)}" for key, item in entries.items() if item not in (None, [], {})]
            return value_text("{" + ", ".join(told) + "}")
        case _:
            return value_text(value)


def joined(words: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def counted(count: int, noun: str) -> str:
    """``1 resource``, ``2 resources``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
