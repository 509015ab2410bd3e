"""Durations and schedules of Copilot's manifests in the words of a spec."""

from __future__ import annotations

import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_NAMED = {
    "@yearly": "cron(0 0 1 1 ? *)",
    "@annually": "cron(0 0 1 1 ? *)",
    "@monthly": "cron(0 0 1 * ? *)",
    "@weekly": "cron(0 0 ? * 1 *)",
    "@daily": "cron(0 0 * * ? *)",
    "@midnight": "cron(0 0 * * ? *)",
    "@hourly": "cron(0 * * * ? *)",
}
"""What the documentation of the manifest says that each runs at; months and days as EventBridge counts them."""
_FIELDS = 5
_SUNDAY = 7


def seconds(text: str | None) -> float | None:
    """A duration such as `90s`, `1m30s` or `1h` in seconds; None for text that is none."""
    if text is None:
        return None
    found = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", text)
    if not found or "".join(number + unit for number, unit in found) != text:
        return None
    return sum(float(number) * _UNITS[unit] for number, unit in found)


def expression(schedule: str) -> str | None:
    """The expression of EventBridge Scheduler; None for text that is none."""
    text = schedule.strip()
    if text in _NAMED:
        return _NAMED[text]
    if text.startswith("@every "):
        return _rate(text.removeprefix("@every ").strip())
    if re.match(r"(rate|cron)\(.+\)$", text):
        return text
    fields = text.split()
    return _cron(fields) if len(fields) == _FIELDS else None


def _rate(duration: str) -> str | None:
    """EventBridge has no grain below a minute."""
    length = seconds(duration)
    if not length or length % 60:
        return None
    minutes = int(length // 60)
    for unit, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        if minutes % size == 0:
            count = minutes // size
            return f"rate({count} {unit}{'' if count == 1 else 's'})"
    return None


def _cron(fields: list[str]) -> str | None:
    """Five fields of cron: EventBridge counts Sunday as 1, and takes only one of day and weekday."""
    minute, hour, day, month, weekday = fields
    if day not in ("*", "?") and weekday not in ("*", "?"):
        return None
    if weekday in ("*", "?"):
        return f"cron({minute} {hour} {'*' if day == '?' else day} {month} ? *)"
    return f"cron({minute} {hour} ? {month} {_weekdays(weekday)} *)"


def _weekdays(text: str) -> str:
    """The step behind a `/` is no day."""
    days, slash, step = text.partition("/")
    return re.sub(r"\d+", lambda found: str(int(found[0]) % _SUNDAY + 1), days) + slash + step
