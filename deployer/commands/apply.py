"""`stackwright apply`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import end, followed, print_lines, running_report
from deployer.command_line.fleets import apply_fleet
from deployer.command_line.questions import approvals
from deployer.command_line.roots import opener_of


@click.command("apply")
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@arguments.where
@arguments.wait
@arguments.approve
@arguments.report_format
def command(plan_file: Path, approved: tuple[str, ...], **options: Any) -> None:
    """Execute exactly the planned change sets, and wait for the result.

    Example: stackwright apply dev.plan
    """
    from deployer.approval import approve
    from deployer.console import reporting
    from deployer.environment import apply_plans
    from deployer.fleets.plan_file import is_fleet_plan
    from deployer.plan_file import read_plan
    from deployer.session import SANDBOX

    if is_fleet_plan(plan_file):
        apply_fleet(plan_file, {**options, "approved": approved})
        return
    planned = read_plan(plan_file)
    approve([one.review for one in planned.plans], approvals(approved))
    options["sandbox"] = options["sandbox"] or planned.plans[0].endpoint == SANDBOX
    open_region = opener_of(planned.plans[0].review.account, options, planned.plans[0].review.stack)
    with reporting(running_report().as_json) as report:
        outcomes = [followed(outcome) for outcome in apply_plans(planned, open_region, report)]
    print_lines(map(str, planned.waiting), err=True)
    end(outcomes)
