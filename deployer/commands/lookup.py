"""`stackwright lookup`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report
from deployer.command_line.roots import of_one_stack, opener_of

if TYPE_CHECKING:
    from deployer.session import Aws


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

    def opened(data: Mapping[str, Any]) -> AbstractContextManager[Aws]:
        if data.get("fleet"):
            raise of_one_stack(environment)
        return opener_of(data["account"], options)(data["region"])

    with busy("looking up"):
        lock = update_lock(spec, environment, opened)
    value = {"file": lock.file, "environment": environment, "changes": lock.changes}
    running_report().end(value, change_lines(lock.file, lock.changes))
