"""A bar on a terminal while templates are linted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from linter.lint import Report, silent


@contextmanager
def progress() -> Iterator[Report]:
    """A report for `lint`. The bar has no thread of its own: cfn-lint's workers are forked."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), auto_refresh=False, transient=True) as bar:
        task = bar.add_task("linting", total=None)

        def report(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, refresh=True)

        yield report
