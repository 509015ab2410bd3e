"""A JSON value as YAML for readers of differences: keys sorted, and what fits into a line on one line."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from compiler.source.json_value import Json

WIDTH = 100
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*(::?[A-Za-z0-9_./-]+)*\*?")
_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def lines(value: Json, indent: str = "") -> Iterator[str]:
    """The value of a key or item that stands before, at `indent`."""
    if isinstance(value, Mapping) and (tagged := _tagged(value)):
        yield indent + tagged
    elif isinstance(value, Mapping) and value:
        for key, child in sorted(value.items()):
            yield from headed(f"{indent}{_scalar(key)}:", child, indent + "  ")
    elif isinstance(value, list) and value:
        for item in value:
            yield from _item(item, indent)
    else:
        yield indent + inline(value)


def headed(head: str, value: Json, indent: str) -> Iterator[str]:
    """A key with its value, below it where it does not fit beside it."""
    short = f"{head} {inline(value)}"
    if len(short) <= WIDTH or not isinstance(value, Mapping | list) or (isinstance(value, Mapping) and _tagged(value)):
        yield short
    else:
        yield head
        yield from lines(value, indent)


def _item(item: Json, indent: str) -> Iterator[str]:
    short = f"{indent}- {inline(item)}"
    if len(short) <= WIDTH:
        yield short
    else:
        first, *rest = lines(item, indent + "  ")
        yield f"{indent}- {first.lstrip()}"
        yield from rest


def inline(value: Json) -> str:
    """The whole value on one line."""
    if isinstance(value, Mapping):
        return _tagged(value) or "{" + ", ".join(f"{_scalar(key)}: {inline(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    return _scalar(value)


def _tagged(value: Mapping[str, Json]) -> str:
    """``!Ref`` and ``!GetAtt``, as CloudFormation's YAML has them; empty for anything else."""
    if len(value) != 1:
        return ""
    ((key, child),) = value.items()
    if key == "Ref":
        return f"!Ref {_scalar(child)}"
    if key == "Fn::GetAtt" and isinstance(child, list) and all(isinstance(part, str) for part in child):
        return f"!GetAtt {_scalar('.'.join(child))}"
    return ""


@functools.cache
def _shipped() -> dict[str, str]:
    """Text of each file that the compiler writes into templates → how a golden shows it."""
    folder = Path(__file__).parents[2] / "compiler" / "shipped"
    return {path.read_text("utf-8"): f"the text of compiler/shipped/{path.name}" for path in folder.glob("*_*.py")}


def _scalar(value: Json) -> str:
    if isinstance(value, str) and value in _shipped():
        return _shipped()[value]
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
