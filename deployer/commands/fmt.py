"""`stackwright fmt`."""

from __future__ import annotations

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report


@click.command("fmt")
@click.argument("files", metavar="SPEC...", nargs=-1, required=True, type=click.Path())
@click.option("--check", is_flag=True, help="Write nothing; fail if a file is not in the layout.")
@arguments.quiet
@arguments.report_format
def command(files: tuple[str, ...], check: bool) -> None:
    """Write specs in the one layout: indentation, spaces, quotation marks, empty lines, line ends.

    Comments, lines and their order stay. What the spec says does not change.

    Example: stackwright fmt spec/rayman-portfolio.yaml
    """
    from compiler.source.diagnostics import SpecError
    from compiler.source.formatted import formatted, unformatted, write_formatted

    found = formatted(files)
    changed = [one.file for one in found if one.differs]
    if check and changed:
        raise SpecError(unformatted(found))
    write_formatted(found)
    running_report().end({"changed": changed}, [f"{file}: formatted" for file in changed] or ["nothing to change"])
