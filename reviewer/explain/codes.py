"""Codes of errors and warnings, as docs/errors.md describes them."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path

import compiler
from reviewer.explain.topics import Topic

_ENTRY = re.compile(r"^### (?P<codes>.+)\n(?P<text>(?:(?!#{2,3} ).*\n?)*)", re.MULTILINE)


def errors_page() -> Path:
    """`compiler/_docs` in an installed package, `../docs` in a checkout."""
    room = Path(next(iter(compiler.__path__)))
    installed = room / "_docs"
    return (installed if installed.is_dir() else room.parent / "docs") / "errors.md"


@functools.cache
def codes() -> Mapping[str, str]:
    """Code → what the page says of it."""
    page = errors_page().read_text(encoding="utf-8")
    found = ((entry["codes"], entry["text"].strip()) for entry in _ENTRY.finditer(page))
    return {code.strip(): text for names, text in found for code in names.split(",")}


def code_topic(code: str) -> Topic:
    """What a known code means."""
    text = codes()[code]
    return Topic({"name": code, "kind": "code", "description": text}, (code, *text.splitlines()))
