"""What the pages of the documentation say of codes, for commands and reports."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path

import compiler

ERRORS, RULES = "errors.md", "rules.md"
_ENTRY = {
    ERRORS: re.compile(r"^### (?P<codes>.+)\n(?P<text>(?:(?!#{2,3} ).*\n?)*)", re.MULTILINE),
    RULES: re.compile(r"^## (?P<codes>[EWI][0-9]{4})\n(?P<text>(?:(?!## ).*\n?)*)", re.MULTILINE),
}


def page(name: str) -> Path:
    """`compiler/_docs` in an installed package, `../docs` in a checkout."""
    room = Path(next(iter(compiler.__path__)))
    installed = room / "_docs"
    return (installed if installed.is_dir() else room.parent / "docs") / name


@functools.cache
def entries(name: str) -> Mapping[str, str]:
    """Code → what the page says of it, as Markdown."""
    text = page(name).read_text(encoding="utf-8")
    found = ((entry["codes"], entry["text"].strip()) for entry in _ENTRY[name].finditer(text))
    return {code.strip(): about for names, about in found for code in names.split(",")}
