"""`stackwright history`."""

from __future__ import annotations

from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report
from deployer.command_line.roots import known_roots, opener_of

_COUNT = arguments.Counted("a number of records: expected 1 or more")


@click.command("history")
@arguments.spec
@arguments.environment
@arguments.where
@arguments.bucket
@click.option("--last", "count", type=_COUNT, default=20, show_default=True, help="How many to list.")
@arguments.strict
@arguments.report_format
def command(spec: str, environment: str, bucket: str | None, count: int, **options: Any) -> None:
    """List what was done to an environment: each deployment, removal and recovery, by whom, when, and how it ended.

    Example: stackwright history spec/rayman-portfolio.yaml --env prod
    """
    from deployer.history.reading import reading
    from deployer.history.view import history_lines

    roots = known_roots(spec, environment)
    with reading(roots, opener_of(roots[0].account, options), bucket) as found:
        records = found.last(count)
    lines = history_lines(records, len(found.parts) - len(records))
    running_report().end({"records": [record.to_json() for record in records]}, lines)
