"""Exports and imports are written into Systems Manager parameters of a form that the other platform reads."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent


def unpatched(component: ResolvedComponent) -> Iterator[Fault]:
    if component.settings["properties"]:
        message = "other platforms read these parameters as they are: there is nothing for 'properties' to change"
        yield Fault("not-allowed", message, ("properties",), "remove it")
