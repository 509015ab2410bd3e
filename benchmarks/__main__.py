"""`python -m benchmarks compile`: what validate, compile and lint cost."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import click

from benchmarks import planned, shapes
from benchmarks.growth import SERVICES, lines, sizes
from benchmarks.measure import CommandFailed, Usage, median, run
from benchmarks.report import HEADER, row, totals
from benchmarks.subjects import Subject, floor, of_change, of_generated, of_platforms, of_reference

# Linting without a cache takes fifty times as long as the rest and varies less.
_MOST_COLD_RUNS = 3


@click.group()
def main() -> None:
    """Measure CPU time and peak memory of Stackwright's commands."""


@main.command(name="compile")
@click.option("--smoke", is_flag=True, help="Run each command once on small input, only to see that all of them work.")
@click.option("--runs", default=5, show_default=True, type=click.IntRange(1), help="Runs of a command; medians count.")
@click.option(
    "--services", multiple=True, default=(10, 33), show_default=True, type=click.IntRange(1), help="Size; repeatable."
)
def compile_command(smoke: bool, runs: int, services: tuple[int, ...]) -> None:
    """Measure validate, compile and lint: of one environment, and of every platform with all its environments.

    Ratios are to the bare interpreter. A budget that is over is told and is no failure; a command that fails is one.
    """
    with tempfile.TemporaryDirectory(prefix="stackwright-benchmarks-") as name:
        folder = Path(name)
        sizes = (2,) if smoke else services
        platforms = (*of_platforms(linted=not smoke), *(() if smoke else of_change(folder)))
        subjects = (*floor(), *of_reference(), *platforms, *of_generated(sizes, folder))
        try:
            _measure_all(subjects, folder, runs=1 if smoke else runs)
        except CommandFailed as failure:
            click.echo(str(failure), err=True)
            sys.exit(1)


@main.command()
@click.option("--runs", default=1, show_default=True, type=click.IntRange(1), help="Runs of each size; medians count.")
@click.option(
    "--services", multiple=True, default=SERVICES, show_default=True, type=click.IntRange(1), help="Size; repeatable."
)
def growth(runs: int, services: tuple[int, ...]) -> None:
    """Measure how compile grows from 60 to 20,000 resources, and its exponent."""
    with tempfile.TemporaryDirectory(prefix="stackwright-benchmarks-") as name:
        try:
            click.echo("\n".join(lines(list(sizes(services, Path(name), runs)))))
        except CommandFailed as failure:
            click.echo(str(failure), err=True)
            sys.exit(1)


@main.command(name="shapes")
@click.option("--runs", default=3, show_default=True, type=click.IntRange(1), help="Runs of each; medians count.")
def shapes_command(runs: int) -> None:
    """Measure 400 tables with 400 functions beside bare troposphere, 1,000 services, and 60 environments."""
    with tempfile.TemporaryDirectory(prefix="stackwright-benchmarks-") as name:
        try:
            for line in shapes.lines(Path(name), runs):
                click.echo(line)
        except CommandFailed as failure:
            click.echo(str(failure), err=True)
            sys.exit(1)


@main.command(name="plan")
@click.option("--services", default=planned.SERVICES, show_default=True, type=click.IntRange(1), help="Size.")
def plan_command(services: int) -> None:
    """Measure a plan of 20,000 new resources beside the service's own time."""
    with tempfile.TemporaryDirectory(prefix="stackwright-benchmarks-") as name:
        try:
            click.echo(planned.line(Path(name), services))
        except CommandFailed as failure:
            click.echo(str(failure), err=True)
            sys.exit(1)


def _measure_all(subjects: tuple[Subject, ...], folder: Path, runs: int) -> None:
    usages: dict[str, Usage] = {}
    click.echo(HEADER)
    for subject in subjects:
        usages[subject.title] = _measure(subject, folder, runs)
        click.echo(row(subject, usages))
    click.echo(totals(subjects, usages))


def _measure(subject: Subject, folder: Path, runs: int) -> Usage:
    """Medians of `runs` runs, after one that writes bytecode; a single run goes without that one."""
    if runs > 1:
        _run(subject, folder)
    wanted = min(runs, _MOST_COLD_RUNS) if subject.cold else runs
    return median([_run(subject, folder) for _ in range(wanted)])


def _run(subject: Subject, folder: Path) -> Usage:
    for cold in subject.cold:
        shutil.rmtree(folder / cold, ignore_errors=True)
    if subject.before:
        run(subject.before, folder)
    return run(subject.command, folder)


@main.command()
@click.option("--runs", default=3, show_default=True, type=click.IntRange(1), help="Runs of each answer.")
def editor(runs: int) -> None:
    """Measure the answers of the language server on the reference platforms, as the table in docs/editor.md."""
    from benchmarks.editor import table

    for line in table(runs):
        click.echo(line)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
