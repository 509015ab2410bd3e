"""CPU time and peak memory of a command, taken by the kernel from the child process and its own children."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# ru_maxrss is told in kibibytes, by macOS in bytes.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024

_OUTPUT = "output.txt"


class CommandFailed(Exception):
    """A measured command ended with a status that is not 0."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What one run of a command took."""

    cpu_seconds: float
    """User and system time, its child processes included."""
    peak_bytes: int
    """Largest resident set of any one of its processes. Linux never tells less than what the measuring process has."""


def run(command: Sequence[str], folder: Path, more: Mapping[str, str] | None = None) -> Usage:
    """Run `command` once in `folder`, with `more` environment variables.

    Raises `CommandFailed` with what it printed.
    """
    output = folder / _OUTPUT
    with output.open("wb") as sink:
        child = subprocess.Popen(
            command, cwd=folder, env=_environment() | dict(more or {}), stdout=sink, stderr=subprocess.STDOUT
        )
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        told = output.read_text(errors="replace")
        raise CommandFailed(f"{' '.join(command)}: exit status {child.returncode}\n{told}")
    return Usage(used.ru_utime + used.ru_stime, used.ru_maxrss * _RSS_UNIT)


def output_of(command: Sequence[str], folder: Path, more: Mapping[str, str] | None = None) -> str:
    """What the command printed, run as by `run`."""
    run(command, folder, more)
    return (folder / _OUTPUT).read_text(encoding="utf-8")


def median(usages: Sequence[Usage]) -> Usage:
    """The median of each figure on its own."""
    return Usage(
        statistics.median(usage.cpu_seconds for usage in usages),
        int(statistics.median(usage.peak_bytes for usage in usages)),
    )


def _environment() -> dict[str, str]:
    # Users run from cached bytecode: the warm-up must be able to write it.
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
