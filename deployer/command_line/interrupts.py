"""A Ctrl-C is never lost: Python drops one that comes just while it throws an object away, and goes on.

Source: Python documentation, `signal`, "Note on Signal Handlers and Exceptions", and `sys.unraisablehook`.
"""

from __future__ import annotations

import os
import signal
import sys
from threading import Timer

_SOON = 0.02
"""Seconds; by then the object is gone."""


def keep_interrupts() -> None:
    """Repeat an interruption that was dropped until something hears it."""
    sys.unraisablehook = _repeat


def _repeat(lost: sys.UnraisableHookArgs) -> None:
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
        return
    again = Timer(_SOON, os.kill, (os.getpid(), signal.SIGINT))
    again.daemon = True
    again.start()
