"""The documents that an editor has open, with the newest version of each and what is known of it.

Whatever takes long is done by one thread, one thing after the other; only what belongs to the newest version counts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TypeVar

from compiler.language.schema import Schema
from reviewer.editor.language import Language
from reviewer.editor.reading import Reading, is_spec
from reviewer.editor.text import Text
from reviewer.editor.verdict import Verdict, judged

T = TypeVar("T")
PAUSE = 0.15
"""Seconds without a change before the text is checked."""
Publish = Callable[["Open"], None]


@dataclass
class Open:
    """One open document."""

    uri: str
    version: int | None
    reading: Reading
    earlier: Reading | None
    """The newest version before it that is known to be YAML."""
    spec: bool
    """Whether it is a spec; any other document is left alone."""
    verdict: Verdict | None = None
    """Of this version; None until it is checked."""
    shown: bool = False
    """Whether the editor has diagnostics of it."""
    check: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def names(self) -> Reading:
        """The version to take names from: the earlier one while this one is not YAML."""
        return self.earlier if self.earlier and self.reading.document is None else self.reading

    @property
    def newest(self) -> Reading | None:
        """The newest version that is known to be YAML; nothing is read for it."""
        return self.reading if self.reading.known_to_be_yaml else self.earlier


class Session:
    """What one editor has open. Its methods are called by one event loop."""

    def __init__(self, schema: Schema, given: Iterable[str], publish: Publish) -> None:
        self.language = Language(schema)
        self._schema = schema
        self._given = frozenset(FilePath(file).resolve() for file in given)
        self._publish = publish
        self._open: dict[str, Open] = {}
        self._worker = ThreadPoolExecutor(max_workers=1)

    def at(self, uri: str) -> Open | None:
        """An open spec."""
        found = self._open.get(uri)
        return found if found and found.spec else None

    def changed(self, uri: str, file: str, source: str, version: int | None) -> None:
        """A document was opened or has another text."""
        reading, before = Reading(file, Text(source), self._schema), self._open.get(uri)
        spec = self._is_given(file) or (_is_yaml(file) and is_spec(reading.text.content))
        now = Open(uri, version, reading, before.newest if before else None, spec, shown=bool(before and before.shown))
        if before and before.check:
            before.check.cancel()
        self._open[uri] = now
        if spec:
            now.check = asyncio.ensure_future(self._check(now, PAUSE if before else 0.0))
        elif now.shown:
            now.shown = False
            self._publish(now)

    def recheck(self) -> None:
        """Check every open spec again: a file beside it has changed."""
        for one in [one for one in self._open.values() if one.spec]:
            self.changed(one.uri, one.reading.file, one.reading.text.source, one.version)

    def closed(self, uri: str) -> None:
        """A document was closed; what is known of it goes."""
        found = self._open.pop(uri, None)
        if found and found.check:
            found.check.cancel()
        if found and found.shown:
            found.verdict, found.shown = None, False
            self._publish(found)

    async def _check(self, one: Open, pause: float) -> None:
        await asyncio.sleep(pause)
        await self.verdict(one)
        if self._open.get(one.uri) is one:
            one.shown = True
            self._publish(one)

    async def verdict(self, one: Open) -> Verdict:
        """What `validate` says of this version."""
        if one.verdict is None:
            found = await self.later(lambda: one.verdict or judged(one.reading))
            one.verdict = one.verdict or found
        return one.verdict

    def later(self, work: Callable[[], T]) -> Awaitable[T]:
        """Work that takes longer than a keystroke."""
        return asyncio.get_running_loop().run_in_executor(self._worker, work)

    def _is_given(self, file: str) -> bool:
        return bool(self._given) and FilePath(file).resolve() in self._given


def _is_yaml(file: str) -> bool:
    """By its name; a document without a file may be a spec too."""
    return FilePath(file).suffix in (".yaml", ".yml", "")
