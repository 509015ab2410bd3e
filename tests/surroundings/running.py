"""Run a command of ours in a forked process, after something was done to what is around it."""

from __future__ import annotations

import ctypes
import os
import signal
import struct
import sys
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from cli import main

SECONDS = 120
_DAC = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: capabilities(7)."""
_VERSION = 0x20080522

Surrounding = Callable[[], None]
"""Is called in the forked process, which has its own descriptors, limits and environment."""


@dataclass(frozen=True, slots=True)
class Ended:
    """Exit status and what was printed."""

    status: int
    stdout: str
    stderr: str


def ended(arguments: Sequence[str], folder: Path, around: Surrounding) -> Ended:
    """Run a command in a folder, as the shell would."""
    (reads, out), (reads_too, err) = os.pipe(), os.pipe()
    child = os.fork()
    if not child:
        _run(arguments, folder, lambda: _streams(out, err, around))
    os.close(out)
    os.close(err)
    with ThreadPoolExecutor(2) as pool:
        stdout, stderr = pool.map(_read, (reads, reads_too))
    return Ended(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), stdout, stderr)


def _read(descriptor: int) -> str:
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read().decode("utf-8", "replace")


def _streams(out: int, err: int, around: Surrounding) -> None:
    """Standard streams like those of a new process; then what the surrounding does to them."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    around()
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        encoding = os.environ.get("PYTHONIOENCODING", "utf-8")
        stream = os.fdopen(number, "w" if number else "r", encoding=encoding, closefd=False) if _open(number) else None
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _run(arguments: Sequence[str], folder: Path, prepare: Callable[[], None]) -> NoReturn:
    status = 70
    try:
        signal.alarm(SECONDS)
        os.chdir(folder)
        prepare()
        status = _status(arguments)
    finally:
        os._exit(status)


def _status(arguments: Sequence[str]) -> int:
    """What Python makes of a command: 1 for a traceback, 120 for output that is lost at the very end."""
    status: int = 0
    try:
        main(list(arguments), prog_name="stackwright")
    except SystemExit as stop:
        status = stop.code if isinstance(stop.code, int) else bool(stop.code)
    except BaseException:  # noqa: BLE001 - the test looks for it
        _told(traceback.format_exc())
        status = 1
    try:
        sys.stdout.flush()
    except (OSError, AttributeError):
        _told("Exception ignored while flushing sys.stdout")
        status = 120
    return status


def _told(text: str) -> None:
    if _open(2):
        os.write(2, text.encode())


def no_rights_of_root() -> None:
    """Rights of files hold for root too."""
    if os.geteuid() == 0:
        header = ctypes.create_string_buffer(struct.pack("=Ii", _VERSION, 0))
        sets = ctypes.create_string_buffer(24)
        libc = ctypes.CDLL(None, use_errno=True)
        assert libc.capget(header, sets) == 0
        low = [value & ~_DAC for value in struct.unpack("=6I", sets.raw[:24])[:3]]
        high = struct.unpack("=6I", sets.raw[:24])[3:]
        assert libc.capset(header, struct.pack("=6I", *low, *high)) == 0
