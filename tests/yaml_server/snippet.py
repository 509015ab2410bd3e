"""What an editor writes when a person accepts what the language server offers."""

from __future__ import annotations

import re

from compiler.source.json_value import Json

_ESCAPED = re.compile(r"\\([$}\\])")
_CHOICE = re.compile(r"\$\{\d+\|([^,|]*)[^|]*\|\}")
_HOLE = re.compile(r"\$\{\d+:((?:[^\\$}]|\\.|\$(?!\{))*)\}|\$\{\d+\}|\$\d+")


def accepted(line: str, item: Json) -> str:
    """`line`, the last one of a text, with the item; further lines get its indentation, as editors do it."""
    edit = item["textEdit"]
    start, end = (edit["range"][side]["character"] for side in ("start", "end"))
    indent = line[: len(line) - len(line.lstrip())]
    return line[:start] + text_of(edit["newText"]).replace("\n", f"\n{indent}") + line[end:]


def text_of(snippet: str) -> str:
    """The text of a snippet, each hole with what it suggests."""
    text, before = _CHOICE.sub(r"\1", snippet), ""
    while text != before:
        text, before = _HOLE.sub(lambda hole: hole[1] or "", text), text
    return _ESCAPED.sub(r"\1", text)
