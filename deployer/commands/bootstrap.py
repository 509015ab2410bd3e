"""`stackwright bootstrap`."""

from __future__ import annotations

from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report
from deployer.command_line.fleets import bootstrap_fleet
from deployer.command_line.roots import compiled_roots, opener_of


@click.command("bootstrap")
@arguments.spec
@arguments.environment
@arguments.where
@click.option("--execution-role", is_flag=True, help="Make a role too, with which CloudFormation acts.")
@click.option("--role", metavar="ARN", help="A role that is there already, with which CloudFormation acts.")
@click.option("--policies-only", is_flag=True, help="Make nothing, and print the policies alone.")
@arguments.report_format
def command(spec: str, environment: str, role: str | None, **options: Any) -> None:
    """Make the bucket and the repositories of each region, and print the least policies for planning and applying.

    Example: stackwright bootstrap spec/shop.yaml --env prod --execution-role
    """
    from deployer.setup.account import Wish, set_up
    from deployer.setup.view import account_lines
    from linter.gate import refuse_findings

    if options["execution_role"] and (role or options["policies_only"]):
        raise click.UsageError("--execution-role makes a role: leave out --policies-only, and --role which names one")
    roots = compiled_roots(spec, environment, fleets=True)
    if roots[0].fleet:
        bootstrap_fleet(spec, roots[0], {**options, "role": role})
        return
    wish = Wish(spec, roots, role or "", options["execution_role"], options["policies_only"])
    account = set_up(wish, opener_of(roots[0].account, options), refuse_findings)
    using = f" --role {account.role}" if account.role else ""
    running_report().end(
        account.to_json(), account_lines(account, f"stackwright plan {spec} --env {environment}{using}")
    )
