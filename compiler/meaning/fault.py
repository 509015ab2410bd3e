"""What a kind's own checks find in one component."""

from __future__ import annotations

from dataclasses import dataclass

from compiler.source.diagnostics import Severity
from compiler.source.document import Path


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a component, or doubtful; `path` leads from the component to the setting."""

    code: str
    message: str
    path: Path = ()
    suggestion: str = ""
    severity: Severity = "error"


def warning(code: str, message: str, path: Path = (), suggestion: str = "") -> Fault:
    """Something that is allowed, and that a reviewer must be told of."""
    return Fault(code, message, path, suggestion, "warning")
