"""Outcomes and outputs for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.diagnostics_view import diagnostic_lines
from deployer.outcome import Outcome


def outcome_lines(outcome: Outcome) -> Iterator[str]:
    """How the operation ended, and the causes of a failure."""
    yield f"stack {outcome.stack}: {outcome.status}"
    yield from diagnostic_lines(outcome.diagnostics)


def result_lines(outcome: Outcome) -> Iterator[str]:
    """What there is after it: outputs, and what was retained."""
    yield from output_lines(outcome.outputs)
    yield from (f"retained: {kept}" for kept in outcome.retained)
    yield from (f"note: {note}" for note in outcome.notes)


def output_lines(outputs: Mapping[str, str]) -> Iterator[str]:
    """A line an output, by name."""
    width = max(map(len, outputs), default=0)
    yield from (f"{name:<{width}}  {value}" for name, value in sorted(outputs.items()))
