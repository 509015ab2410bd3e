"""Codes of errors and warnings, as docs/errors.md describes them."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.language.pages import ERRORS, entries
from reviewer.explain.topics import Topic


def codes() -> Mapping[str, str]:
    """Code → what the page says of it."""
    return entries(ERRORS)


def code_topic(code: str) -> Topic:
    """What a known code means."""
    text = codes()[code]
    return Topic({"name": code, "kind": "code", "description": text}, (code, *text.splitlines()))
