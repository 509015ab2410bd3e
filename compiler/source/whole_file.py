"""Write a file completely or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Replace the content of a file in one step, or leave it as it was and raise `OSError`.

    A link stays a link, and a file keeps its rights. A pipe or a device can only be written to as it is.
    """
    file = _real(path)
    if file.exists() and not file.is_file():
        file.write_bytes(content)
        return
    beside = beside_of(file)
    try:
        beside.write_bytes(content)
        if file.exists():
            shutil.copymode(file, beside)
        beside.replace(file)
    except OSError:
        forget(beside)
        raise


def check_whole(path: Path) -> None:
    """Raise `OSError` where `write_whole` would, as far as that can be known before."""
    file = _real(path)
    if file.exists() and not file.is_file():
        file.open("ab").close()
        return
    beside = beside_of(file)
    beside.touch()
    beside.unlink()


def _real(path: Path) -> Path:
    """What a link leads to, in the end. Raises `OSError` for one that leads to itself."""
    file = Path(os.path.realpath(path))
    if file.is_symlink():
        file.stat()
    return file


def beside_of(file: Path) -> Path:
    """Where a file is written before it takes its place; another process has another one."""
    return file.with_name(f".{file.name}.{os.getpid()}.new")


def forget(beside: Path) -> None:
    """Remove what was written beside, wherever that is possible: what went wrong before may go wrong again."""
    with contextlib.suppress(OSError):
        beside.unlink()
