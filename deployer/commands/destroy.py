"""`stackwright destroy`."""

from __future__ import annotations

from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import end, followed, print_lines, running_report
from deployer.command_line.questions import ask
from deployer.command_line.roots import compiled_roots, opener_of


@click.command("destroy")
@arguments.spec
@arguments.environment
@arguments.where
@arguments.wait
@arguments.bucket
@click.option("--yes", is_flag=True, help="Do not ask before removing.")
@click.option("--disable-protection", is_flag=True, help="Remove the stack even if it is protected from termination.")
@click.option("--region", metavar="REGION", help="Remove only the stack in this region.")
@arguments.strict
@arguments.report_format
def command(spec: str, environment: str, yes: bool, region: str | None, **options: Any) -> None:
    """Remove an environment, after listing the resources that are retained.

    Example: stackwright destroy spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.console import reporting
    from deployer.destroy import Terms
    from deployer.environment import plan_removals, remove_all
    from deployer.ledger import Archive
    from deployer.removal_view import removal_lines

    roots = compiled_roots(spec, environment)
    name = roots[0].stack_name
    open_region = opener_of(roots[0].account, options, name)
    removals = plan_removals(name, (region,) if region else roots[0].regions, open_region, whole=not region)
    print_lines(removal_lines(removals, bool(region)), err=True)
    if not yes:
        ask(f"Remove {name}?")
    quiet = running_report().as_json
    terms = Terms(options["disable_protection"], Archive(roots[0].home, options["bucket"]))
    removed = remove_all(removals, open_region, lambda: reporting(quiet), terms)
    end([followed(outcome) for outcome in removed])
