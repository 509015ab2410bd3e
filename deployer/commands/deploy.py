"""`stackwright deploy`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import end, followed, running_report
from deployer.command_line.fleets import check_single, deploy_fleet
from deployer.command_line.questions import agreeing
from deployer.command_line.roots import choice_of, linted, opener_of


@click.command("deploy")
@arguments.spec
@arguments.environment
@arguments.where
@arguments.wait
@arguments.upload
@arguments.drift
@arguments.of_fleets
@click.option("--yes", is_flag=True, help="Do not ask before executing.")
@arguments.approve
@click.option("--continue-rollback", is_flag=True, help="First continue a rollback that failed, then deploy.")
@arguments.shown
@arguments.strict
@arguments.report_format
def command(spec: str, environment: str, yes: bool, approved: tuple[str, ...], **options: Any) -> None:
    """Plan, show the plan, ask, execute it, wait for the result, and print the outputs.

    Example: stackwright deploy spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.approval import refuse_direct
    from deployer.console import reporting
    from deployer.environment import Deployment, deploy_roots
    from reviewer.view import on_terminal

    roots = linted(spec, environment, fleets=True)
    refuse_direct(roots[0], spec)
    if roots[0].fleet:
        deploy_fleet(spec, roots[0], {**options, "yes": yes, "approved": approved})
        return
    check_single(environment, options)
    deployment = Deployment(roots, Path(spec).parent, choice_of(options), options["continue_rollback"])
    open_region, quiet = opener_of(roots[0].account, options, roots[0].stack_name), running_report().as_json
    agree = agreeing(yes, approved, on_terminal(options["everything"], options["raw"]))
    agreed = deploy_roots(deployment, open_region, agree, lambda: reporting(quiet))
    end([followed(outcome) for outcome in agreed])
