"""`stackwright deploy`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import end, followed, running_report
from deployer.command_line.questions import approvals, ask, show
from deployer.command_line.roots import choice_of, linted, opener_of

if TYPE_CHECKING:
    from deployer.plan import Plan


@click.command("deploy")
@arguments.spec
@arguments.environment
@arguments.where
@arguments.wait
@arguments.upload
@arguments.drift
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
    from deployer.approval import approve, refuse_direct
    from deployer.console import reporting
    from deployer.environment import Deployment, deploy_roots
    from reviewer.view import on_terminal

    roots = linted(spec, environment)
    refuse_direct(roots[0], spec)
    deployment = Deployment(roots, Path(spec).parent, choice_of(options), options["continue_rollback"])
    open_region, quiet = opener_of(roots[0].account, options, roots[0].stack_name), running_report().as_json
    shown = on_terminal(options["everything"], options["raw"])

    def agree(planned: Plan) -> None:
        show(planned, yes, shown)
        approve([planned.review], approvals(approved))
        if not planned.empty and not yes:
            ask(f"Execute these {len(planned.later) + 1} change sets?" if planned.later else "Execute this change set?")

    agreed = deploy_roots(deployment, open_region, agree, lambda: reporting(quiet))
    end([followed(outcome) for outcome in agreed])
