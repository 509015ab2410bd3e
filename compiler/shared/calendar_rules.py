"""Checks of times: that the calendar and the clock have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from compiler.meaning.fault import Fault
from compiler.source.document import Path

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")


def time_faults(said: str | None, path: Path) -> Iterator[Fault]:
    """A fault for a time in `said`, such as ``at(2027-02-30T00:00:00)``, that never comes."""
    for time in _TIME.findall(said or ""):
        try:
            datetime.fromisoformat(time)
        except ValueError:
            yield Fault("bad-value", f"there is no time {time}", path, "write year-month-dayThour:minute:second")
