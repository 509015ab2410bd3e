"""What was measured, as lines of text: figures, ratios to the bare interpreter, budgets kept or over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from benchmarks.measure import Usage
from benchmarks.subjects import PASS, Budget, Subject

_MIB = 1024 * 1024
HEADER = f"{'':32}{'CPU s':>8}{'ratio':>8}{'peak MiB':>10}  budget"


def row(subject: Subject, usages: Mapping[str, Usage]) -> str:
    """One line on `subject`. `usages` holds, by title, what has been measured so far, the subject itself included."""
    usage = usages[subject.title]
    ratio = usage.cpu_seconds / usages[PASS].cpu_seconds
    figures = f"{subject.title:32}{usage.cpu_seconds:8.3f}{ratio:7.1f}×{usage.peak_bytes / _MIB:10.1f}"
    return f"{figures}  {verdict(subject.budget, usage, usages)}".rstrip() if subject.budget else figures


def verdict(budget: Budget, usage: Usage, usages: Mapping[str, Usage]) -> str:
    """``kept`` or ``over``, with the budget itself."""
    unit = usages[budget.beside].cpu_seconds if budget.beside else 1.0
    word = "kept" if usage.cpu_seconds <= budget.most * unit else "over"
    return f"{word}: at most {budget.most:g}{f' × {budget.beside}' if budget.beside else ' CPU s'}"


def totals(subjects: Iterable[Subject], usages: Mapping[str, Usage]) -> str:
    """How many budgets there are, and how many of them are kept."""
    words = [verdict(one.budget, usages[one.title], usages) for one in subjects if one.budget]
    return f"{sum(word.startswith('kept') for word in words)} of {len(words)} budgets kept"
