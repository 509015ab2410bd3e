"""Values of templates as people write them: ``JobsQueue.Arn`` in place of Fn::GetAtt."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from compiler.source.json_value import Json

_NAME = re.compile(r"\$\{([^!}]+)\}")


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
        case {"Fn::Sub": [str(text), {**variables}]}:
            return _NAME.sub(lambda name: _inside(variables[name[1]]) if name[1] in variables else name[0], text)
        case _:
            return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _inside(part: Json) -> str:
    """A part of a text; one that is a text itself, as of a Fn::Sub, needs no braces around it."""
    told = short(part)
    return told if isinstance(part, str) or "${" in told else f"${{{told}}}"


def listed(value: Json) -> list[Json]:
    """A list, or one value as a list of it."""
    return value if isinstance(value, list) else [value]
