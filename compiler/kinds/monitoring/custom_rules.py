"""Checks of own alarms: one metric or an expression, a threshold or a band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.shared.expression_rules import expression_faults
from compiler.shared.metric_expressions import is_query
from compiler.source.document import Path
from compiler.source.json_value import Json

HOUR, _DAY, _LONGEST = 3600, 86_400, 7 * 86_400
"""Seconds that an alarm may look back (CloudWatch API reference, PutMetricAlarm)."""
_STATISTIC = "Sum"
"""The default, which is not told from one that is written."""
_SIDES_OF_BAND = ("above", "below", "outside")


def custom_faults(data: Mapping[str, Json]) -> Iterator[Fault]:
    for name, custom in data["custom"].items():
        path = ("custom", name)
        yield from _measured(custom, path)
        yield from _held(custom, path)
        yield from back(custom["period"], custom["periods"], (*path, "periods"))


def back(period: int, periods: int, path: Path) -> Iterator[Fault]:
    most = _LONGEST if period >= HOUR else _DAY
    if period * periods > most:
        message = f"{periods} periods of {period} seconds are more than CloudWatch looks back"
        help_text = f"at most {most // period} of them; periods of an hour and more reach back seven days, others one"
        yield Fault("out-of-range", message, path, help_text)


def _measured(custom: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    one = [word for word in ("namespace", "metric", "dimensions") if custom[word]]
    one += ["statistic"] if custom["statistic"] != _STATISTIC else []
    if custom["expression"] is None:
        for word in ("namespace", "metric"):
            if not custom[word]:
                message = f"'{word}' is required without an 'expression'"
                yield Fault("missing-property", message, path, f"add '{word}'")
        if custom["metrics"]:
            message = "'metrics' are of an 'expression', which is not set"
            yield Fault("unused-setting", message, (*path, "metrics"), "add an 'expression', or remove them")
    elif one:
        message = f"'{one[0]}' and 'expression' exclude each other: an expression reads 'metrics'"
        yield Fault("one-of-two", message, (*path, one[0]), "remove one of the two")
    else:
        yield from expression_faults(custom["expression"], custom["metrics"], path)


def _held(custom: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    if custom["band"] is None:
        if custom["threshold"] is None:
            yield Fault("missing-property", "'threshold' is required without a 'band'", path, "add 'threshold'")
        if custom["when"] == "outside":
            message = "'outside' needs a 'band', which is not set"
            yield Fault("not-allowed", message, (*path, "when"), "say above or below, or set 'band'")
        return
    if custom["threshold"] is not None:
        message = "'threshold' and 'band' exclude each other"
        yield Fault("one-of-two", message, (*path, "threshold"), "remove one of the two")
    if is_query(custom["expression"] or ""):
        message = "CloudWatch learns what to expect of metrics, and not of a query"
        yield Fault("not-allowed", message, (*path, "band"), "set 'threshold', or name the metrics in 'metrics'")
    if custom["when"] not in _SIDES_OF_BAND:
        message = f"'{custom['when']}' needs a threshold"
        help_text = f"of a band: {', '.join(_SIDES_OF_BAND)}"
        yield Fault("not-allowed", message, (*path, "when"), help_text)
