"""How severe an alarm is, by what its kind says."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.source.json_value import Json

DEFAULT = "warning"
SEVERITIES = ("critical", "warning", "info")


def default_severity(kind: Mapping[str, Json], alarm: str) -> str:
    """The severity of a component's alarm; several of a kind end with a number."""
    known: Mapping[str, str] = kind.get("x-alarm-severities", {})
    return known.get(alarm) or known.get(alarm.rstrip("0123456789")) or DEFAULT
