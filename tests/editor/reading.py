"""Texts with a cursor, as the server reads them."""

from __future__ import annotations

from compiler.language.schema import load_schema
from reviewer.editor.language import Language
from reviewer.editor.reading import Reading
from reviewer.editor.text import Text
from tests.editor.lsp import CURSOR

LANGUAGE = Language(load_schema())


def read(text: str) -> Reading:
    return Reading("shop.yaml", Text(text), load_schema())


def read_at(text: str) -> tuple[Reading, int]:
    """A text without its cursor, and where that is."""
    return read(text.replace(CURSOR, "")), text.index(CURSOR)
