"""`stackwright events`."""

from __future__ import annotations

from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import end, followed, running_report
from deployer.command_line.roots import compiled_roots, opener_of


@click.command("events")
@arguments.spec
@arguments.environment
@arguments.where
@click.option("--follow", is_flag=True, help="Go on until the operation has ended.")
@arguments.strict
@arguments.report_format
def command(spec: str, environment: str, follow: bool, **options: Any) -> None:
    """Show the events of the operation that runs on the stack, or of the last one.

    Example: stackwright events spec/rayman-portfolio.yaml --env dev --follow
    """
    from deployer.console import reporting
    from deployer.follow import follow_all, read_events

    roots, quiet = compiled_roots(spec, environment), running_report().as_json
    open_region = opener_of(roots[0].account, options)
    if follow:
        end([followed(outcome) for outcome in follow_all(roots, open_region, lambda: reporting(quiet))])
        return
    found = read_events(roots, open_region)
    running_report().end({"events": [one.to_json() for one in found]}, map(str, found))
