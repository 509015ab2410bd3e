"""`stackwright destroy`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import end, followed, print_lines, running_report
from deployer.command_line.completion import component_names
from deployer.command_line.fleets import check_single, destroy_fleet
from deployer.command_line.questions import approvals, ask
from deployer.command_line.roots import compiled_roots, opener_of

if TYPE_CHECKING:
    from deployer.environment import Removing


@click.command("destroy")
@arguments.spec
@arguments.environment
@arguments.where
@arguments.wait
@arguments.bucket
@click.option("--yes", is_flag=True, help="Do not ask before removing.")
@arguments.approve
@click.option(
    "--empty",
    multiple=True,
    metavar="COMPONENT|all",
    shell_complete=component_names,
    help="Empty its bucket, with all versions, or its image repository before it is deleted; can be repeated.",
)
@click.option(
    "--disable-protection",
    is_flag=True,
    help="Turn off the stack's protection from termination, and its resources' from deletion.",
)
@arguments.retain_stacks
@click.option("--region", metavar="REGION", help="Remove only the stack in this region.")
@arguments.strict
@arguments.report_format
def command(spec: str, environment: str, region: str | None, **options: Any) -> None:
    """Remove an environment, after listing what goes, what stays and why, and what hinders it.

    Example: stackwright destroy spec/rayman-portfolio.yaml --env dev --sandbox --approve queues.jobs
    """
    from deployer.console import reporting
    from deployer.environment import Removing, plan_removals, remove_all
    from deployer.history.ledger import Archive
    from deployer.removal.destroy import Terms
    from deployer.removal.removing import approve_losses, check_terms, stores_of, unguarding_plans
    from deployer.removal.view import removal_lines
    from reviewer.values import joined

    roots = compiled_roots(spec, environment, fleets=True)
    if roots[0].fleet:
        destroy_fleet(roots[0], {**options, "region": region})
        return
    check_single(environment, options)
    name, archive = roots[0].stack_name, Archive(roots[0].home, options["bucket"])
    open_region = opener_of(roots[0].account, options, name)
    terms = Terms(options["disable_protection"], options["empty"], archive, stores_of(roots))
    regions = (region,) if region else roots[0].regions
    removals = plan_removals(name, regions, open_region, whole=not region)
    if not removals:
        print_lines([f"nothing to destroy: {name} is not deployed in {joined(regions)}"], err=True)
        end(())
        return
    print_lines(removal_lines(removals, bool(region), terms), err=True)
    check_terms(removals, terms)
    approve_losses(removals, terms, approvals(options["approved"]))
    removing = Removing(removals, terms, unguarding_plans(removals, roots[0], open_region, terms))
    _agree(name, removing, options["yes"])
    quiet = running_report().as_json
    end([followed(outcome) for outcome in remove_all(removing, open_region, lambda: reporting(quiet))])


def _agree(name: str, removing: Removing, yes: bool) -> None:
    """Show what is changed before the removal, and ask about both."""
    from deployer.plan_view import plan_text

    for plan in removing.unguarding.values():
        print_lines(plan_text(plan).splitlines(), err=True)
    if not yes:
        ask(f"Turn the protection off and remove {name}?" if removing.unguarding else f"Remove {name}?")
