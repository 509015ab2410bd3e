"""Errors and warnings that the checks of a kind report about one component."""

from __future__ import annotations

from compiler.source.diagnostics import Severity
from compiler.source.document import Path
from compiler.source.frozen import frozen


@frozen(eq=True)
class Fault:
    """An error or warning about a component; `path` leads from the component to the setting."""

    code: str
    message: str
    path: Path = ()
    suggestion: str = ""
    severity: Severity = "error"


def warning(code: str, message: str, path: Path = (), suggestion: str = "") -> Fault:
    """A fault that does not stop the command, but that a reviewer should know."""
    return Fault(code, message, path, suggestion, "warning")
