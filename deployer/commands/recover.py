"""`stackwright recover`."""

from __future__ import annotations

from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import end, followed, print_lines, running_report
from deployer.command_line.completion import component_names
from deployer.command_line.questions import ask
from deployer.command_line.roots import known_roots, opener_of


@click.command("recover")
@arguments.spec
@arguments.environment
@arguments.where
@arguments.wait
@arguments.bucket
@click.option(
    "--skip",
    multiple=True,
    metavar="COMPONENT|ID",
    shell_complete=component_names,
    help="Leave what can't be rolled back; can be repeated.",
)
@click.option(
    "--retain",
    multiple=True,
    metavar="COMPONENT|ID",
    shell_complete=component_names,
    help="Leave what can't be deleted; can be repeated.",
)
@click.option("--cancel", is_flag=True, help="Cancel an update that runs, and undo it.")
@click.option("--region", metavar="REGION", help="Recover only the stack in this region.")
@click.option("--yes", is_flag=True, help="Do not ask before acting.")
@arguments.strict
@arguments.report_format
def command(spec: str, environment: str, yes: bool, region: str | None, **options: Any) -> None:
    """Lead the stack from a failed or abandoned state back to one from which it can be deployed.

    Example: stackwright recover spec/rayman-portfolio.yaml --env dev --skip queues.jobs
    """
    from deployer.console import reporting
    from deployer.history.ledger import Archive
    from deployer.recovery.everywhere import deployed_regions, plan_recoveries, recover_all, unsettled
    from deployer.recovery.recover import Wish
    from deployer.recovery.view import recovery_lines

    if options["cancel"] and options["wait"]:
        raise click.UsageError("--cancel ends the update that --wait would wait for: choose one of them")
    roots, quiet = known_roots(spec, environment), running_report().as_json
    name = roots[0].stack_name
    open_region = opener_of(roots[0].account, options, name)
    wish = Wish(options["skip"], options["retain"], options["cancel"])
    regions = (region,) if region else roots[0].regions or deployed_regions(open_region, roots[0])
    found = plan_recoveries(name, regions, open_region, wish)
    print_lines(recovery_lines(found), err=True)
    if unsettled(found) and not yes:
        ask(f"Recover {name}?")
    archive = Archive(roots[0].home, options["bucket"])
    recovered = recover_all(found, open_region, lambda: reporting(quiet), archive)
    end([followed(outcome) for outcome in recovered], recoveries={place: one.to_json() for place, one in found.items()})
