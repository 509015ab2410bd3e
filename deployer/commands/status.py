"""`stackwright status`."""

from __future__ import annotations

from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report
from deployer.command_line.fleets import fleet_status
from deployer.command_line.roots import compiled_roots, opener_of


@click.command("status")
@arguments.spec
@arguments.environment
@arguments.where
@click.option("--all", "everything", is_flag=True, help="Of a fleet: show every account, also of very many.")
@arguments.strict
@arguments.report_format
def command(spec: str, environment: str, **options: Any) -> None:
    """Show the state of the deployed stack and of its nested stacks.

    Example: stackwright status spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.environment import read_all
    from deployer.status_view import region_lines

    roots = compiled_roots(spec, environment, fleets=True)
    if roots[0].fleet:
        fleet_status(roots[0], options)
        return
    found = read_all(roots, opener_of(roots[0].account, options))
    rows = [{"region": region, **one.to_json()} for region, one in found.items()]
    running_report().end({"roots": rows}, region_lines(found))
