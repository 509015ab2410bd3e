"""What a terminal, a pipe and the log of a CI system want of text: colours and the width of lines."""

from __future__ import annotations

import os
import shutil
from typing import IO


def colours(stream: IO[str]) -> bool:
    """Whether text to `stream` has colours: with NO_COLOR never, with FORCE_COLOR always, else on a terminal.

    As https://no-color.org and https://force-color.org say: a variable that is empty is not set.
    """
    if os.environ.get("NO_COLOR"):
        return False
    forced = os.environ.get("FORCE_COLOR")
    if forced:
        return forced.lower() not in ("0", "false")
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def columns(stream: IO[str]) -> int | None:
    """The width of a terminal, which COLUMNS sets; None for what is no terminal."""
    return shutil.get_terminal_size((120, 24)).columns if stream.isatty() else None
