"""Runs a tool apart from the caller's shell and settings, and without a network; gives what it printed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from compiler.source.json_value import Json

SECONDS = 600
"""So long a tool may take, if nothing else is said."""
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT")
_NOWHERE = "http://127.0.0.1:9"
"""The port that discards: whoever asks the network for something is refused at once."""
_SHOWN = 300


class ToolFailed(Exception):
    """A tool that is not there, or that stopped for another reason than findings."""


def printed(
    command: Sequence[str | Path],
    accept: Sequence[int],
    more: Mapping[str, str] | None = None,
    seconds: float = SECONDS,
) -> str:
    """Standard output of `command`, whose exit status must be in `accept`. `more` are variables of its environment."""
    name = Path(command[0]).name
    try:
        with tempfile.TemporaryDirectory(prefix="stackwright-tool-", ignore_cleanup_errors=True) as home:
            status, out, err = _ended(command, {**_surroundings(home), **(more or {})}, seconds)
    except OSError as problem:
        raise ToolFailed(f"{command[0]} can't be run: {problem.strerror}") from problem
    except subprocess.TimeoutExpired:
        raise ToolFailed(f"{name} did not end within {seconds:g} seconds") from None
    if status not in accept or (status and not out.strip()):
        raise ToolFailed(f"{name} ended with status {status}: {_last(err) or _last(out) or 'it wrote nothing'}")
    return out


def report_of(name: str, text: str) -> Json:
    """What a tool printed as JSON."""
    try:
        return json.loads(text)
    except ValueError:
        shown = f"'{_first(text)}'" if text.strip() else "nothing"
        raise ToolFailed(f"{name} wrote no report: expected JSON, found {shown}") from None


def _surroundings(home: str) -> dict[str, str]:
    """A tool's own settings and keys in the home folder, or in variables, would change what it finds."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), _NOWHERE)
    return {**kept, **proxies, "HOME": home, "USERPROFILE": home, "PYTHONUTF8": "1"}


def _ended(command: Sequence[str | Path], environment: Mapping[str, str], seconds: float) -> tuple[int, str, str]:
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=environment["HOME"],
        env=environment,
        start_new_session=True,
    ) as running:
        try:
            out, err = running.communicate(timeout=seconds)
        finally:
            if running.poll() is None:
                _stop(running)
    return running.returncode, out.decode(errors="replace"), err.decode(errors="replace")


def _stop(running: subprocess.Popen[bytes]) -> None:
    """With all that it started."""
    with contextlib.suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(running.pid, signal.SIGKILL)
        else:
            running.kill()


def _first(text: str) -> str:
    return " ".join(text.split())[:_SHOWN]


def _last(text: str) -> str:
    return " ".join(text.split())[-_SHOWN:]
