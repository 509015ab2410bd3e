"""Runs a tool and gives what it printed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class ToolFailed(Exception):
    """A tool that is not there, or that stopped for another reason than findings."""


def printed(command: Sequence[str | Path], accept: Sequence[int], environment: Mapping[str, str] | None = None) -> str:
    """Standard output of `command`, whose exit status must be in `accept`."""
    try:
        variables = {**os.environ, **(environment or {})}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)
    except OSError as error:
        raise ToolFailed(f"{command[0]}: {error.strerror}") from error
    if done.returncode not in accept:
        raise ToolFailed(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout
