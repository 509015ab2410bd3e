"""What is deployed, as a table for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from deployer.deployments import Deployment

_HEAD = ("PLATFORM", "ENVIRONMENT", "REGION", "STATUS", "SINCE", "LAST CHANGE", "AGE", "SPEC")
_UNITS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def deployment_lines(found: Sequence[Deployment], now: datetime) -> Iterator[str]:
    """A line for each root, below a line of headings; times are UTC."""
    rows = [_HEAD, *(_row(one, now) for one in found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def age_text(seconds: int) -> str:
    """``3d``, ``5h``: whole units of the largest that fits."""
    letter, unit = next(((one, size) for one, size in _UNITS if seconds >= size), _UNITS[-1])
    return f"{seconds // unit}{letter}"


def _row(one: Deployment, now: datetime) -> tuple[str, ...]:
    times = (f"{datetime.fromisoformat(time):%Y-%m-%d %H:%M}" for time in (one.since, one.changed))
    age = age_text(one.age(now))
    return one.platform, one.environment, one.region, one.status, *times, age, one.spec or "-"
