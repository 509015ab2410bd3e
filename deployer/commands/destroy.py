"""`stackwright destroy`."""

from __future__ import annotations

from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import end, running_report
from deployer.command_line.completion import component_names, environment_names
from deployer.command_line.fleets import check_single, destroy_fleet
from deployer.command_line.previews import Age, destroy_older
from deployer.command_line.questions import approvals, ask
from deployer.command_line.removals import planned, removed, removing_of
from deployer.command_line.roots import compiled_roots


@click.command("destroy")
@arguments.spec
@click.option(
    "--env", "-e", "environment", metavar="ENV", shell_complete=environment_names, help="The environment to remove."
)
@click.option(
    "--older-than",
    metavar="TIME",
    type=Age(),
    help="Remove every environment of a pattern that was last changed so long ago, as 7d; never one with a name.",
)
@click.option("--dry-run", is_flag=True, help="List what would go and what would stay. Removes nothing.")
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
def command(spec: str, environment: str | None, older_than: str | None, region: str | None, **options: Any) -> None:
    """Remove an environment, after listing what goes, what stays and why, and what hinders it.

    Example: stackwright destroy spec/rayman-portfolio.yaml --env dev --sandbox --approve queues.jobs
    """
    if (environment is None) == (older_than is None):
        raise click.UsageError("name an environment with --env, or an age with --older-than")
    if environment is not None:
        _destroy(spec, environment, region, options)
    elif region:
        raise click.UsageError("--older-than removes environments in all their regions: leave out --region")
    else:
        destroy_older(spec, str(older_than), options)


def _destroy(spec: str, environment: str, region: str | None, options: dict[str, Any]) -> None:
    from deployer.removal.removing import approve_losses, check_terms

    roots = compiled_roots(spec, environment, fleets=True)
    if roots[0].fleet:
        destroy_fleet(roots[0], {**options, "region": region})
        return
    check_single(environment, options)
    one = planned(roots, region, options)
    if options["dry_run"] or not one.removals:
        told = {where: removal.to_json() for where, removal in one.removals.items()}
        running_report().end({**({"removals": {one.name: told}} if options["dry_run"] else {}), "outcomes": []})
        return
    check_terms(one.removals, one.terms)
    approve_losses(one.removals, one.terms, approvals(options["approved"]))
    removing = removing_of(one)
    if not options["yes"]:
        ask(f"Turn the protection off and remove {one.name}?" if removing.unguarding else f"Remove {one.name}?")
    end(removed(one, removing))
