"""What a command makes of a damaged spec: a result or diagnostics, in time, and all of its output or none."""

from __future__ import annotations

import json
import re
import shutil
import signal
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Literal

from click.testing import CliRunner, Result

from cli import main
from tests.mutations.drawn import Mutation

SECONDS = 2.0
"""CPU time of one command: a machine that is busy otherwise makes no hang."""
Command = Literal["validate", "compile"]
_PLACED = re.compile(r"(error|warning|note)\[[a-z0-9-]+\]: \S")


class Hang(BaseException):
    """Too much time; no `except Exception` takes it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended, and what is wrong with that."""

    ended: Literal["passed", "refused"]
    faults: tuple[str, ...] = ()


def outcome(mutated: Mutation, command: Command, *options: str) -> Outcome:
    """Run the command in an empty folder."""
    with tempfile.TemporaryDirectory(prefix="stackwright-mutation-") as name:
        return outcome_in(Path(name), mutated, command, *options)


def outcome_in(folder: Path, mutated: Mutation, command: Command, *options: str) -> Outcome:
    """The same in a folder that is empty, and is so again afterwards."""
    spec = folder / "spec.yaml"
    spec.write_bytes(mutated.raw)
    out = ("--out", str(folder / "out")) if command == "compile" else ()
    try:
        with _in_time():
            result = CliRunner().invoke(main, [command, str(spec), *out, *options])
    except Hang:
        return Outcome("refused", (f"hangs:\n{traceback.format_exc()}",))
    faults = (*_faults(result), *_left(folder, result, command))
    _clear(folder)
    return Outcome("refused" if result.exit_code else "passed", faults)


def _clear(folder: Path) -> None:
    for left in folder.iterdir():
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def _faults(result: Result) -> Iterator[str]:
    problem = result.exception
    if problem is not None and not isinstance(problem, SystemExit):
        yield "".join(traceback.format_exception(problem))
    elif result.exit_code not in (0, 1):
        yield f"exit status {result.exit_code}: {result.stderr}"
    elif result.exit_code and not _PLACED.search(result.stderr):
        yield f"refused without a diagnostic: {result.stderr!r}"
    elif re.search(r"spec\.yaml:0|Traceback|object at 0x", result.stderr):
        yield f"a message that is none: {result.stderr}"


def _left(folder: Path, result: Result, command: Command) -> Iterator[str]:
    """What is on disk that should not be: any file of a refused spec, or a part of one."""
    files = [path for path in folder.rglob("*") if path.is_file() and path != folder / "spec.yaml"]
    if result.exit_code or command == "validate":
        yield from (f"left behind: {path.relative_to(folder)}" for path in files)
        return
    if not any(path.name == "manifest.json" for path in files):
        yield "nothing written"
    for path in files:
        try:
            json.loads(path.read_bytes())
        except ValueError as problem:
            yield f"half written: {path.relative_to(folder)}: {problem}"


@contextmanager
def _in_time() -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Hang(f"more than {SECONDS} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
