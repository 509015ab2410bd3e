"""The spec that the tests of the language server write in, and places in it."""

from __future__ import annotations

from compiler.source.json_value import Json
from tests.editor.lsp import CURSOR, Editor, cursor, units

SHOP = """\
# 🐕 Grüße
platform: shop
environments:
  dev: {posture: development, queues: {jobs: {retention_days: 2}}}
  prod: {posture: production}
queues:
  jobs: {}
  mails: {}
functions:
  worker:
    runtime: python3.13
    code: ./worker
    handler: app.handler
    uses: {jobs: send, mails: send}
    environment: {LINK: "🐕 ${jobs.url}"}
"""


def where(text: str, word: str, nth: int = 0) -> Json:
    """The range of a word in a text."""
    start = -1
    for _ in range(nth + 1):
        start = text.index(word, start + 1)
    before = text[:start]
    line, character = before.count("\n"), units(before.rpartition("\n")[2])
    end = {"line": line, "character": character + units(word)}
    return {"start": {"line": line, "character": character}, "end": end}


def at(editor: Editor, method: str, uri: str, written: str, **more: Json) -> Json:
    """The answer about the cursor in a text that is open without it."""
    _, line, character = cursor(written)
    return editor.at(method, uri, line, character, **more)


def pointed(text: str) -> str:
    return SHOP.replace(text.replace(CURSOR, ""), text, 1)
