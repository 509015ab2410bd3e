"""`--format` and `--output` of the commands that CI systems run."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report

FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab")


def gate_report(command: arguments.Command) -> arguments.Command:
    """Both options, and `--quiet`."""

    def choose(context: click.Context, _option: click.Parameter, value: str) -> None:
        report = running_report()
        report.command, report.as_json = context.info_name or "", value == "json"
        if value not in ("text", "json"):
            report.form = lambda told: str(importlib.import_module(f"linter.formats.{value}").render(told))

    def write_to(_context: click.Context, _option: click.Parameter, value: Path | None) -> None:
        running_report().file = None if value == Path("-") else value

    about = "Report as text for people, as JSON, or in the format of a CI system."
    form = click.option(
        "--format", type=click.Choice(FORMATS), default="text", callback=choose, expose_value=False, help=about
    )
    file = click.option(
        "--output",
        metavar="FILE",
        type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
        callback=write_to,
        expose_value=False,
        help="Write the report to FILE in that format, and print it as text; - prints the report.",
    )
    return form(file(arguments.quiet(command)))
