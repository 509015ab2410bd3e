"""`stackwright lookup`."""

from __future__ import annotations

from typing import Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report
from deployer.command_line.roots import opener_of


@click.command("lookup")
@arguments.spec
@arguments.environment
@arguments.where
@arguments.report_format
def command(spec: str, environment: str, **options: Any) -> None:
    """Look up attributes of existing resources that the spec does not set; write them into SPEC's lock file.

    Example: stackwright lookup spec/shop.yaml --env prod
    """
    from deployer.console import busy
    from deployer.lookup import update_lock
    from deployer.lookup_view import change_lines

    with busy("looking up"):
        lock = update_lock(spec, environment, lambda data: opener_of(data["account"], options)(data["region"]))
    value = {"file": lock.file, "environment": environment, "changes": lock.changes}
    running_report().end(value, change_lines(lock.file, lock.changes))
