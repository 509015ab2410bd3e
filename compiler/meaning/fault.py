"""A fault that a kind's own checks find in one component."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.source.document import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a component; `path` leads from the component to the setting."""

    code: str
    message: str
    path: Path = ()
    suggestion: str = ""
