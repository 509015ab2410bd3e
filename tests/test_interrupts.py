"""A Ctrl-C that comes at an odd moment still ends a command."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import signal
import time
from deployer.command_line.interrupts import keep_interrupts

class Thrown:
    def __del__(self):
        raise {error}

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what runs in the background ignore it
keep_interrupts()
try:
    thrown = Thrown()
    del thrown
    time.sleep({seconds})
    print("went on")
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize(
    ("error", "seconds", "printed", "told"),
    [("KeyboardInterrupt", 20, "stopped\n", False), ("ValueError", 0.1, "went on\n", True)],
)
def test_what_is_raised_while_an_object_goes(error: str, seconds: float, printed: str, told: bool) -> None:
    program = PROGRAM.format(error=error, seconds=seconds)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert (ended.stdout, "Exception ignored" in ended.stderr) == (printed, told)
