"""Checks of one component's settings against each other, a module a section; they import no troposphere."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.document import Path


def region_in(arn: str) -> str:
    """The region of an ARN; of text that is none, which a variable may have made of it, "no region"."""
    parts = arn.split(":")
    return parts[3] if len(parts) > 5 and parts[0] == "arn" else "no region"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a component; `path` leads from the component to the setting."""

    code: str
    message: str
    path: Path = ()
    suggestion: str = ""
