"""Show the progress of an operation: one line for each event, and a progress bar on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar

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


def _nobody(_line: str) -> None:
    """Nothing is shown outside of `busy`."""


_SHOW: ContextVar[Callable[[str], None]] = ContextVar("show", default=_nobody)


def tell(line: str) -> None:
    """Show a line about what is done within `busy`, which may take minutes."""
    _SHOW.get()(line)


@contextmanager
def busy(doing: str) -> Iterator[None]:
    """Show a spinner on a terminal while something of unknown length is done, and what is told of it."""
    if not sys.stderr.isatty():
        with _showing(lambda line: print(line, file=sys.stderr, flush=True)):
            yield
        return
    from rich.console import Console

    console = Console(stderr=True)
    with (
        console.status(doing),
        _showing(lambda line: console.print(line, style="dim", markup=False, highlight=False, soft_wrap=True)),
    ):
        yield


@contextmanager
def _showing(show: Callable[[str], None]) -> Iterator[None]:
    token = _SHOW.set(show)
    try:
        yield
    finally:
        _SHOW.reset(token)
