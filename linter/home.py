"""The home folder, in which cfn-lint looks for settings; the user of a container may have none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def home() -> Path | None:
    """The home folder, if there is one that can be read."""
    try:
        folder = Path.home()
    except RuntimeError:
        return None
    return folder if os.access(folder, os.R_OK | os.X_OK) else None


@contextmanager
def some_home() -> Iterator[None]:
    """Where there is none, cfn-lint, which ends with an exception without, finds nothing at home.

    It has to be loaded in here too: it looks for its caches then.
    """
    if home() is not None:
        yield
        return
    before = os.environ.get("HOME")
    os.environ["HOME"] = os.devnull
    try:
        yield
    finally:
        del os.environ["HOME"]
        os.environ |= {} if before is None else {"HOME": before}
