"""`stackwright plan`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report
from deployer.command_line.fleets import check_single, plan_fleet
from deployer.command_line.roots import choice_of, linted, opener_of


@click.command("plan")
@arguments.spec
@arguments.environment
@arguments.where
@arguments.wait
@arguments.upload
@arguments.drift
@arguments.of_fleets
@click.option("--out", "plan_file", metavar="PLAN", type=arguments.FileToWrite(), help="Save the plan for `apply`.")
@arguments.shown
@arguments.review_file
@arguments.strict
@arguments.report_format
def command(spec: str, environment: str, plan_file: Path | None, files: tuple[Path, ...], **options: Any) -> None:
    """Upload, create the change set and show what it would do. Executes nothing.

    Example: stackwright plan spec/rayman-portfolio.yaml --env dev --out dev.plan
    """
    from deployer.console import busy
    from deployer.environment import make_plans
    from deployer.plan_file import write_plan
    from deployer.plan_view import plans_lines
    from reviewer.files import write_reviews
    from reviewer.view import on_terminal

    arguments.check_files(files, plan_file)
    roots = linted(spec, environment, fleets=True)
    if roots[0].fleet:
        plan_fleet(spec, roots[0], {**options, "plan_file": plan_file, "files": files})
        return
    check_single(environment, options)
    with busy("planning"):
        open_region = opener_of(roots[0].account, options, roots[0].stack_name)
        planned = make_plans(roots, Path(spec).parent, open_region, choice_of(options))
    if plan_file:
        write_plan(planned, plan_file)
    write_reviews([one.review for one in planned.plans], files)
    shown = on_terminal(options["everything"], options["raw"])
    running_report().end(planned.to_json(), plans_lines(planned, plan_file, shown))
