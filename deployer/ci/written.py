"""A written workflow: its header tells the command that wrote it, and whether somebody changed it since."""

from __future__ import annotations

import hashlib
import re
import shlex
from pathlib import Path
from typing import Literal

from compiler.source.diagnostics import Diagnostic, Place, SpecError
from compiler.stacks.emit import write

State = Literal["missing", "same", "outdated", "changed", "foreign", "another"]
"""`outdated` is as it was written once, `changed` was edited since, `foreign` was never written by `ci`, and `another`
was written for another spec.
"""
_HEADER = re.compile(r"# Written by `([^\n]*)`\. Digest of the rest: ([0-9a-f]{64})\n")
_ABOUT = 4
"""Words of a command that name program, command, system and spec."""
_OTHERS = ("changed", "foreign", "another")
_DIFFERS = {
    "missing": "is missing",
    "outdated": "is not what the spec and these options give",
    "changed": "was changed by hand",
    "foreign": "was not written by this command",
    "another": "is that of another spec",
}


def with_header(body: str, command: str) -> str:
    """A workflow that begins with the command, and with the digest of what follows."""
    return f"# Written by `{command}`. Digest of the rest: {_digest(body)}\n{body}"


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def state_of(file: Path, wanted: str) -> State:
    """How a file stands to what is wanted there. Line ends do not count: Git may have its own."""
    if not file.exists() and not file.is_symlink():
        return "missing"
    try:
        there = file.read_bytes().decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        return "foreign"
    except OSError as problem:
        raise _refused(file, f"can't be read: {problem.strerror}", "name another file with --out") from None
    if there == wanted:
        return "same"
    header = _HEADER.match(there)
    if not header:
        return "foreign"
    if _about(header) != _about(_HEADER.match(wanted)):
        return "another"
    return "outdated" if header[2] == _digest(there[header.end() :]) else "changed"


def _about(header: re.Match[str] | None) -> list[str]:
    try:
        return shlex.split(header[1])[:_ABOUT] if header else []
    except ValueError:  # somebody edited it
        return []


def put(file: Path, wanted: str, force: bool) -> bool:
    """Write a workflow; whether something was to do. Raises `SpecError` for a file that holds work of others."""
    state = state_of(file, wanted)
    if state in _OTHERS and not force:
        raise _refused(file, _DIFFERS[state], "--force overwrites it, --out names another file")
    if state != "same":
        write({file.name: wanted.encode()}, str(file.parent), ())
    return state != "same"


def check(file: Path, wanted: str, command: str) -> None:
    """Raises `SpecError` when a file is not what is wanted there."""
    state = state_of(file, wanted)
    if state != "same":
        force = " --force" if state in _OTHERS else ""
        raise _refused(file, _DIFFERS[state], f"run: {command}{force}", "workflow-differs")


def _refused(file: Path, message: str, suggestion: str, code: str = "file-in-the-way") -> SpecError:
    return SpecError([Diagnostic(code, f"the workflow {message}", Place(str(file), 1, 1), suggestion=suggestion)])
