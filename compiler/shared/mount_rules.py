"""Checks of mounts of file systems, the same for tasks and functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.source.diagnostics import did_you_mean
from compiler.source.json_value import Json


def access_point_faults(name: str, said: str | None, filesystem: Mapping[str, Json]) -> Iterator[Fault]:
    """Whether the access point that a mount says, or does not say, is one of the resolved `filesystem`."""
    there = filesystem["existing"]
    known = filesystem["access_points"] if there is None else there["access_points"]
    if said is None and len(known) > 1:
        message = f"'{name}' has several access points, and 'access_point' is not set"
        yield Fault("missing-property", message, ("mounts", name), f"set 'access_point' to one of: {', '.join(known)}")
    elif said is not None and said not in known:
        message = f"'{name}' has no access point '{said}'"
        yield Fault("not-allowed", message, ("mounts", name, "access_point"), did_you_mean(said, known))
