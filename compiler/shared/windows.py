"""Daily and weekly windows of AWS's data services, in UTC: ``02:00-03:00`` and ``sun:04:00-sun:05:00``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.source.json_value import Json

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
_WEEK = 7 * _DAY


def window_faults(data: Mapping[str, Json], daily: str, least: int) -> Iterator[Fault]:
    """What is wrong with the settings `daily` (``backup_window``) and `maintenance_window`, each of `least` minutes."""
    for setting in (daily, "maintenance_window"):
        if data[setting] and minutes(data[setting]) < least:
            yield Fault("short-window", f"is shorter than {least} minutes", (setting,))
    if data[daily] and data["maintenance_window"] and overlap(data[daily], data["maintenance_window"]):
        message = f"{daily.partition('_')[0]} and maintenance windows overlap"
        yield Fault("overlapping-windows", message, ("maintenance_window",), "keep them apart: AWS does one at a time")


def minutes(window: str) -> int:
    """Length of a daily or weekly window; one that ends when it starts has 0."""
    start, end = _ends(window)
    return (end - start) % (_WEEK if _weekly(window) else _DAY)


def overlap(daily: str, weekly: str) -> bool:
    """Whether the daily window is open in a minute in which the weekly one is."""
    first, _ = _ends(daily)
    start, _ = _ends(weekly)
    return any(
        (start - opens) % _WEEK < minutes(daily) or (opens - start) % _WEEK < minutes(weekly)
        for opens in range(first, _WEEK, _DAY)
    )


def _weekly(window: str) -> bool:
    return window[0].isalpha()


def _ends(window: str) -> tuple[int, int]:
    """Minutes from midnight, or from Monday's, to start and end."""
    start, end = window.split("-")
    return _minute(start), _minute(end)


def _minute(moment: str) -> int:
    day, time = moment[:3], moment[-5:]
    hour, minute = time.split(":")
    return (_DAYS.index(day) * _DAY if day in _DAYS else 0) + int(hour) * 60 + int(minute)
