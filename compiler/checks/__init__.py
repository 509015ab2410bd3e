"""Checks of one component's settings against each other, a module a section; they import no troposphere."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.document import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a component; `path` leads from the component to the setting."""

    code: str
    message: str
    path: Path = ()
    suggestion: str = ""
