"""The examples of the documents: fenced blocks, each with its row in examples.yaml, which says how it is tried."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from compiler.source.json_value import Json

ROOT = Path(__file__).resolve().parents[2]
_TABLE = Path(__file__).with_name("examples.yaml")
_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_WRITTEN_BY_A_COMMAND = "docs/runbooks"
"""`stackwright runbook` writes these pages; tests/reviewer/test_runbook.py holds them."""


@dataclass(frozen=True)
class Block:
    """An example, and the row about it."""

    page: str
    line: int
    language: str
    text: str
    start: str
    """How its row finds it: the first line that is not empty."""
    how: str
    """The row's one word."""
    about: Json
    """What the row says to that word."""

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def commands(self) -> list[str]:
        """The commands of a block of a shell; of one with prompts only those behind them."""
        lines = self.text.replace("\\\n", " ").splitlines()
        prompted = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        return prompted or [line for line in lines if line.strip()]


def pages() -> list[str]:
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    names = [path.relative_to(ROOT).as_posix() for path in found]
    return [name for name in names if not name.startswith(_WRITTEN_BY_A_COMMAND)]


def table() -> dict[str, list[dict[str, Json]]]:
    """Page → a row for each of its blocks; of those that start the same in their order."""
    rows: dict[str, list[dict[str, Json]]] = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return rows


def blocks() -> Iterator[Block]:
    """All of them; one without a row has no word."""
    rows = table()
    for page in pages():
        text = (ROOT / page).read_text(encoding="utf-8")
        waiting = list(rows.get(page, ()))
        for match in _FENCE.finditer(text):
            start = next(line.strip() for line in match["text"].splitlines() if line.strip())
            row = next((one for one in waiting if start.startswith(one["starts"])), {"starts": "", "": ""})
            waiting = [one for one in waiting if one is not row]
            ((how, about),) = [(key, value) for key, value in row.items() if key != "starts"]
            line = text[: match.start()].count("\n") + 1
            yield Block(page, line, match["language"], match["text"], start, how, about)


def words(command: str) -> list[str]:
    """The words of a command, without its comment and where its output goes."""
    return shlex.split(command.partition(" > ")[0], comments=True)
