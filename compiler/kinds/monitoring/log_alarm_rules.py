"""Checks of alarms on patterns in logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from compiler.kinds.monitoring.custom_rules import back
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.filter_patterns import REGEX_PATTERNS, has_regex, wrong
from compiler.source.document import Path
from compiler.source.json_value import Json

_MOST_FILTERS = 100
"""Metric filters of a log group (CloudWatch Logs quotas)."""


def log_alarm_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    filters: Counter[str] = Counter()
    regexes: Counter[str] = Counter()
    for name, one in data["log_alarms"].items():
        path = ("log_alarms", name)
        found = wrong(one["pattern"])
        if found:
            yield Fault("bad-filter-pattern", f"the pattern {found}", (*path, "pattern"), "see docs/monitoring.md")
        yield from back(one["period"], one["periods"], (*path, "periods"))
        yield from _value(one, path)
        addresses = _addresses(one, spec)
        if one["separate"] and one["groups"]:
            message = "'groups' belong to no component, and 'separate' makes an alarm for each"
            yield Fault("not-allowed", message, (*path, "groups"), "give them an alarm of their own")
        filters.update(addresses)
        regexes.update(addresses if has_regex(one["pattern"]) else ())
        yield from _most(filters, _MOST_FILTERS, "metric filters", path)
        yield from _most(regexes, REGEX_PATTERNS, "patterns with regular expressions", path)


def _addresses(one: Mapping[str, Json], spec: ResolvedSpec) -> list[str]:
    """Addresses of components and names of log groups."""
    every = spec.able("logs") if not one["of"] and not one["groups"] else ()
    named = every or [spec.offering(reference, "logs") for reference in one["of"] or ()]
    return [*one["groups"], *(component.address for component in named if component)]


def _most(counted: Counter[str], most: int, what: str, path: Path) -> Iterator[Fault]:
    full = next((address for address, count in counted.items() if count == most + 1), None)
    if full:
        message = f"{full} has more than {most} {what}"
        yield Fault("out-of-range", message, path, "name fewer components in 'of'")
        counted.clear()


def _value(one: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    """A field is one of the pattern: ``$.latency`` of one in braces, ``$latency`` of one in brackets."""
    value, pattern = one["value"], one["pattern"].strip()
    if not value.startswith("$"):
        return
    braces = value.startswith("$.")
    if not pattern.startswith("{" if braces else "["):
        form = '{ $.level = "info" }' if braces else "[host, user, bytes]"
        message = f"'{value}' is a field, and the pattern names no fields, as {form} does"
        yield Fault("not-allowed", message, (*path, "value"), 'change the pattern, or count events with "1"')
