"""Standard streams, and the folder, as a caller may leave them: closed, on a full disk, with nobody who reads, gone.

None of them stops a command half-way, least of all one that watches a deployment. What can't be written is dropped; at
the end a command says so and fails, unless a reader such as `head` has just gone, who wants no more.
"""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TextIO, cast

from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.source.diagnostics_view import diagnostic_lines
from deployer.command_line.answers import print_lines

UNWRITTEN = 1
"""The exit status of a command whose work is done and whose output is lost."""


@contextmanager
def kept_streams() -> Iterator[None]:
    """While a command runs from the shell. Its own `SystemExit` gets another status where its output was lost."""
    if sys.stdout is not sys.__stdout__ or os.name != "posix":
        yield
        return
    _open_closed()
    output, errors = _Output(1), _Output(2)
    sys.stdout, sys.stderr = _text(output, cast(TextIO, sys.stdout)), _text(errors, sys.stderr)
    status: str | int | None = 0
    try:
        yield
    except SystemExit as stop:
        status = stop.code
    if not sys.stdout.closed:  # a server closes it when its client has gone
        sys.stdout.flush()
    raise SystemExit(_told(output) if output.lost and not status else status)


def refuse_deleted_folder() -> None:
    """Raise `SpecError` where the working folder is gone, below which almost every command reads or writes."""
    try:
        Path.cwd()
    except OSError:
        message, help_text = "the folder that this command runs in is gone", "change to one that exists: cd …"
        raise SpecError([Diagnostic("missing-file", message, suggestion=help_text)]) from None


def _told(output: _Output) -> int:
    message = f"standard output can't be written: {output.lost}"
    found = Diagnostic("unwritable-output", message, suggestion="make room there, or send the output elsewhere")
    print_lines(diagnostic_lines([found]), err=True)
    return UNWRITTEN


def _open_closed() -> None:
    """What is closed leads nowhere: else the next file that is opened would be taken for it."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8", closefd=False))


class _Output(io.FileIO):
    """A descriptor that takes everything; after the first write that fails, it leads nowhere."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "w", closefd=False)
        self.lost = ""
        """Why something was not written; empty also when nobody reads any more."""

    def write(self, data: bytes | memoryview, /) -> int:  # type: ignore[override]  # all that BufferedWriter gives
        try:
            while (count := super().write(data)) is None:
                select.select([], [self], [])  # somebody made it a descriptor that does not wait
            return count
        except OSError as problem:
            if problem.errno != errno.EPIPE:
                self.lost = self.lost or problem.strerror or str(problem)
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            return len(data)


def _text(output: _Output, before: TextIO) -> TextIO:
    """The stream of text that takes the place of `before`."""
    before.flush()
    buffer: IO[bytes] = cast(IO[bytes], io.BufferedWriter(cast(io.RawIOBase, output)))
    return io.TextIOWrapper(buffer, before.encoding, before.errors, line_buffering=True)
