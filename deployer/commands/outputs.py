"""`stackwright outputs`."""

from __future__ import annotations

from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report
from deployer.command_line.roots import compiled_roots, opener_of


@click.command("outputs")
@arguments.spec
@arguments.environment
@arguments.where
@arguments.strict
@arguments.report_format
def command(spec: str, environment: str, **options: Any) -> None:
    """Print the outputs of the deployed stack.

    Example: stackwright outputs spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.environment import all_outputs
    from deployer.outcome_view import output_lines

    roots = compiled_roots(spec, environment)
    found = all_outputs(roots, opener_of(roots[0].account, options))
    running_report().end_data(dict(sorted(found.items())), output_lines(found))
