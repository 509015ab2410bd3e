"""Temporary folders, and what is told where there can be none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from compiler.source.diagnostics import Diagnostic, SpecError


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """A folder that is removed afterwards. `purpose` says what is written there, as the subject of a sentence.

    Raises `SpecError` where the folder or a file in it can't be written.
    """
    try:
        with TemporaryDirectory(prefix="stackwright-", ignore_cleanup_errors=True) as folder:
            yield Path(folder).resolve()
    except OSError as problem:
        message = f"{purpose} needs a temporary folder, which can't be written: {problem.strerror}"
        suggestion = "make room there, or name another folder for temporary files: TMPDIR=…"
        raise SpecError([Diagnostic("unwritable-output", message, suggestion=suggestion)]) from None
