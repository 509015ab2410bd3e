"""Names of log groups that a spec gives: no two components may have the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.checks import Fault
from compiler.json_value import Json

_SECTIONS = ("apis", "functions", "jobs", "services")


def taken(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    """A fault for each other component whose log group has the name of this one's."""
    name = data["logs"]["name"]
    for section in _SECTIONS:
        for other, one in (platform_data.get(section) or {}).items():
            if name and one is not data and one["logs"]["name"] == name:
                message = f"{section}.{other} has the log group '{name}' too"
                yield Fault("log-group-taken", message, ("logs", "name"), "give each its own, or leave the name out")
