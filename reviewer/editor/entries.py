"""Write a setting into a map of a YAML text, or take one out, in the style that the map has."""

from __future__ import annotations

import re

from compiler.source.document import Document, Path
from reviewer.editor.text import Change, Span, Text

_PROPERTIES = re.compile(r"(?:[&!][^\s{}\[\],]*\s+)*")
"""An anchor or a tag before a value."""


def added(text: Text, document: Document, path: Path, entry: str) -> Change | None:
    """`entry` (``key: value``) as the first one of the map at `path`; None where its value is no map of its own."""
    key, value = document.keys.get(path), document.values.get(path)
    span = text.span(value) if value else Span(0, 0)
    if key and (not value or span.start < text.span(key).end):
        return None  # an alias: the map stands elsewhere
    written = text.cut(span)
    start = span.start + len(_before(written))
    if text.content[start : start + 1] == "{":
        empty = text.cut(Span(start, span.end)).strip("{} \n\r\t") == ""
        return Change(Span(start + 1, start + 1), entry if empty else f"{entry}, ")
    if written in ("", "~", "null", "Null", "NULL"):
        return _in_place_of_null(text, span, entry)
    return _above(text, start, entry) if _is_map(document, path) else None


def _before(written: str) -> str:
    found = _PROPERTIES.match(written)
    return found[0] if found else ""


def _is_map(document: Document, path: Path) -> bool:
    return any(one[: len(path)] == path and len(one) == len(path) + 1 for one in document.keys)


def _in_place_of_null(text: Text, span: Span, entry: str) -> Change:
    """``jobs:`` becomes ``jobs: {…}``; the value may begin behind the colon or further on."""
    colon = text.content.rfind(":", 0, span.start + 1) + 1
    if span.start == span.end:
        return Change(Span(colon, colon), f" {{{entry}}}")
    return Change(span, f"{{{entry}}}")


def _above(text: Text, start: int, entry: str) -> Change:
    """On a line of its own above the first entry of a block."""
    indent = start - text.line_start(start)
    end = "\r\n" if "\r\n" in text.content else "\n"
    return Change(Span(start, start), f"{entry}{end}{' ' * indent}")


def removed(text: Text, document: Document, path: Path) -> Change | None:
    """The entry at `path` taken out; None where it is not on one line with its value."""
    key, value = document.keys.get(path), document.values.get(path)
    if not key or not value:
        return None
    span = Span(text.span(key).start, text.span(value).end)
    line = Span(text.line_start(span.start), text.line_end(span.start))
    if "\n" in text.cut(span) or span.end > line.end:
        return None
    if text.cut(line).strip() == text.cut(span) and len(_beside(document, path)) > 1:
        rest = re.compile(r"\r?\n?").match(text.content, line.end)
        return Change(Span(line.start, rest.end() if rest else line.end), "")
    return _from_brackets(text, span)


def _beside(document: Document, path: Path) -> list[Path]:
    return [one for one in document.keys if one[:-1] == path[:-1]]


def _from_brackets(text: Text, span: Span) -> Change | None:
    """An entry between brackets, with the comma before or behind it."""
    behind = re.compile(r"\s*,\s*").match(text.content, span.end)
    if behind:
        return Change(Span(span.start, behind.end()), "")
    before = re.search(r"(\s*,\s*|\{)\Z", text.content[: span.start])
    if not before:
        return None
    return Change(Span(before.start() + (before[0] == "{"), span.end), "")
