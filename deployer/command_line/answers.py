"""The report of the running command, and how a command ends."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TextIO

import click

from compiler.source.report import Report
from deployer.errors import FAILED
from reviewer.terminal import colours, columns

if TYPE_CHECKING:
    from compiler.source.diagnostics import Diagnostic
    from deployer.outcome import Outcome


def print_lines(lines: Iterable[str], err: bool = False) -> None:
    colour = colours(_stream(err))
    for line in lines:
        click.echo(line, err=err, color=colour)


def _stream(err: bool) -> TextIO:
    return sys.stderr if err else sys.stdout


def running_report() -> Report:
    """The report of the running command."""
    meta = click.get_current_context().meta
    if "stackwright.report" not in meta:
        meta["stackwright.report"] = Report(print_lines, width=lambda err: columns(_stream(err)))
    report: Report = meta["stackwright.report"]
    return report


def followed(outcome: Outcome) -> Outcome:
    """An outcome, shown to people as soon as it is there."""
    from deployer.outcome_view import outcome_lines, result_lines

    if not running_report().as_json:
        print_lines(outcome_lines(outcome), err=not outcome.succeeded)
        print_lines(result_lines(outcome))
    return outcome


class Ending(Protocol):
    """The end of an operation, of one stack or of a fleet."""

    @property
    def succeeded(self) -> bool: ...
    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]: ...
    def to_json(self) -> dict[str, Any]: ...


def end(outcomes: Sequence[Ending], **more: Any) -> None:
    """All outcomes for machines, with `more` about them, and the status of a failure if there is one."""
    report = running_report()
    if report.as_json:
        report.diagnostics += (found for outcome in outcomes for found in outcome.diagnostics)
        report.end({**more, "outcomes": [outcome.to_json() for outcome in outcomes]})
    if not all(outcome.succeeded for outcome in outcomes):
        raise SystemExit(FAILED)
