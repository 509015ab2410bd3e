"""`stackwright show`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report
from deployer.command_line.roots import known_roots, opener_of


@click.command("show")
@arguments.spec
@click.argument("number", metavar="N", type=arguments.RECORD)
@arguments.environment
@arguments.where
@arguments.bucket
@arguments.shown
@arguments.review_file
@arguments.strict
@arguments.report_format
def command(spec: str, number: int, environment: str, files: tuple[Path, ...], **options: Any) -> None:
    """Show one record of the history: what was reviewed and executed, by whom, when, and how it ended.

    Example: stackwright show spec/rayman-portfolio.yaml 12 --env prod
    """
    from deployer.history.reading import no_review, reading, review_of
    from deployer.history.view import record_lines
    from reviewer.files import write_reviews
    from reviewer.view import on_terminal

    roots = known_roots(spec, environment)
    with reading(roots, opener_of(roots[0].account, options), options["bucket"]) as found:
        record = found.record(number)
        review, details = review_of(found, record), found.details(number)
    if files:
        write_reviews([review or no_review(record)], files)
    shown = on_terminal(options["everything"], options["raw"])
    running_report().end({"record": record.to_json(), "details": details}, record_lines(record, review, details, shown))
