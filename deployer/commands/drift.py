"""`stackwright drift`."""

from __future__ import annotations

from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report
from deployer.command_line.fleets import fleet_drift
from deployer.command_line.roots import compiled_roots, opener_of


@click.command("drift")
@arguments.spec
@arguments.environment
@arguments.where
@arguments.wait
@click.option("--all", "everything", is_flag=True, help="Show each resource, equal differences too.")
@arguments.strict
@arguments.report_format
def command(spec: str, environment: str, everything: bool, **options: Any) -> None:
    """Show what was changed outside of CloudFormation, in all nested stacks. Changes nothing.

    Example: stackwright drift spec/rayman-portfolio.yaml --env prod
    """
    from deployer.console import busy
    from deployer.drift.differences import detect_all
    from deployer.drift.view import drifts_lines
    from deployer.errors import DRIFTED

    roots = compiled_roots(spec, environment, trace=True, fleets=True)
    if roots[0].fleet:
        fleet_drift(roots[0], options)
        return
    with busy("detecting drift"):
        found = detect_all(roots, opener_of(roots[0].account, options, roots[0].stack_name))
    running_report().end({"drift": [one.to_json() for one in found]}, drifts_lines(found, everything))
    if not all(one.sure for one in found):
        raise SystemExit(DRIFTED)
