"""Values of templates as people write them: ``JobsQueue.Arn`` in place of Fn::GetAtt."""

from __future__ import annotations

import json
from collections.abc import Mapping

from compiler.source.json_value import Json


def short(value: Json) -> str:
    """A value in one line: a reference by its name alone, inside of text as ``${name}``."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(map(short, value))
    if isinstance(value, dict) and len(value) == 1:
        return _of_function(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _of_function(value: Mapping[str, Json]) -> str:
    match value:
        case {"Ref": str(name)} | {"Fn::Sub": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"{name}.{attribute}"
        case {"Fn::Join": ["", [*parts]]}:
            return "".join(map(_inside, parts))
        case _:
            return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _inside(part: Json) -> str:
    return part if isinstance(part, str) else f"${{{short(part)}}}"


def listed(value: Json) -> list[Json]:
    """A list, or one value as a list of it."""
    return value if isinstance(value, list) else [value]
