"""Lint compiled environments, and refuse those with errors or warnings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from compiler.source.diagnostics import Diagnostic, SpecError
from compiler.stacks.compiled import Compiled
from linter.lint import lint
from linter.progress import progress

CACHE = Path(".stackwright", "cache", "lint")


def findings(compiled: Sequence[Compiled]) -> tuple[Diagnostic, ...]:
    """All findings, with a bar on a terminal; verdicts are kept in `CACHE`."""
    with progress() as report:
        return lint(compiled, CACHE, report)


def refuse_findings(compiled: Sequence[Compiled]) -> None:
    """Raise `SpecError` with the errors and warnings, if there are any."""
    serious = stopping(findings(compiled))
    if serious:
        raise SpecError(serious)


def stopping(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Those that stop a deployment: errors and warnings, but no notes."""
    return tuple(diagnostic for diagnostic in diagnostics if diagnostic.severity != "note")
