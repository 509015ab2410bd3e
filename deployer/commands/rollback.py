"""`stackwright rollback`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import end, followed, running_report
from deployer.command_line.questions import agreeing
from deployer.command_line.roots import choice_of, compiled_roots, opener_of

if TYPE_CHECKING:
    from deployer.environment import Deployment, Open


@click.command("rollback")
@arguments.spec
@arguments.environment
@click.option("--to", "number", required=True, metavar="N", type=arguments.RECORD, help="Record to return to.")
@arguments.where
@arguments.wait
@arguments.upload
@click.option("--out", "plan_file", metavar="PLAN", type=arguments.FileToWrite(), help="Save the plan for `apply`.")
@click.option("--yes", is_flag=True, help="Do not ask before executing.")
@arguments.approve
@arguments.shown
@arguments.review_file
@arguments.strict
@arguments.report_format
def command(spec: str, environment: str, number: int, approved: tuple[str, ...], **options: Any) -> None:
    """Plan the return to what was deployed after a record of the history, show it, ask, and execute it.

    Example: stackwright rollback spec/rayman-portfolio.yaml --env prod --to 12
    """
    from deployer.approval import refuse_direct
    from deployer.environment import Deployment
    from deployer.history.reading import reading
    from deployer.history.rollback import return_to, roots_of

    if options["files"] and not options["plan_file"]:
        raise click.UsageError("--review is of a plan that is saved: give --out too")
    arguments.check_files(options["files"], options["plan_file"])
    roots = compiled_roots(spec, environment)
    if not options["plan_file"]:
        refuse_direct(roots[0], spec, f"rollback --to {number}")
    open_region = opener_of(roots[0].account, options, roots[0].stack_name)
    with reading(roots, open_region, options["bucket"]) as history:
        back = return_to(history, number)
    earlier = roots_of(back, roots[0], open_region)
    deployment = Deployment(earlier, Path(spec).parent, replace(choice_of(options), back=back))
    if options["plan_file"]:
        _save(deployment, open_region, options)
    else:
        _execute(deployment, open_region, approved, options)


def _save(deployment: Deployment, open_region: Open, options: Mapping[str, Any]) -> None:
    """Save the plan and show it, as `plan` does."""
    from deployer.console import busy
    from deployer.environment import make_plans
    from deployer.plan_file import write_plan
    from deployer.plan_view import plans_lines
    from reviewer.files import write_reviews
    from reviewer.view import on_terminal

    with busy("planning"):
        planned = make_plans(deployment.roots, deployment.spec_dir, open_region, deployment.choice)
    write_plan(planned, options["plan_file"])
    write_reviews([one.review for one in planned.plans], options["files"])
    shown = on_terminal(options["everything"], options["raw"])
    running_report().end(planned.to_json(), plans_lines(planned, options["plan_file"], shown))


def _execute(deployment: Deployment, open_region: Open, approved: Sequence[str], options: Mapping[str, Any]) -> None:
    """Show, ask and execute, as `deploy` does."""
    from deployer.console import reporting
    from deployer.environment import deploy_roots
    from reviewer.view import on_terminal

    quiet = running_report().as_json
    agree = agreeing(options["yes"], approved, on_terminal(options["everything"], options["raw"]))
    agreed = deploy_roots(deployment, open_region, agree, lambda: reporting(quiet))
    end([followed(outcome) for outcome in agreed])
