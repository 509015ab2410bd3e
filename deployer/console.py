"""Show the progress of an operation: one line for each event, and a progress bar on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from deployer.watch import Progress, Report, silent

Reporting = Callable[[], AbstractContextManager[Report]]
"""Opens a report for as long as one operation runs."""


def nothing() -> AbstractContextManager[Report]:
    """A report that prints nothing."""
    return nullcontext(silent)


@contextmanager
def reporting(quiet: bool = False) -> Iterator[Report]:
    """A report that prints to standard error: plain lines, with a progress bar on a terminal."""
    if quiet:
        yield lambda _progress: None
    elif sys.stderr.isatty():
        with _bar() as report:
            yield report
    else:
        yield lambda progress: print(progress, file=sys.stderr, flush=True)


@contextmanager
def _bar() -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (TextColumn("resources"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("resources", total=None)

        def report(progress: Progress) -> None:
            bar.update(task, completed=progress.done, total=progress.total or None)
            style = "red" if progress.event.failed else "dim" if progress.event.status.endswith("PROGRESS") else ""
            console.print(str(progress), style=style, markup=False, highlight=False, soft_wrap=True)

        yield report


@contextmanager
def busy(doing: str) -> Iterator[None]:
    """Show a spinner on a terminal while something of unknown length is done."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(doing):
        yield
