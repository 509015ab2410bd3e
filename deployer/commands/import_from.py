"""`stackwright import-from`."""

from __future__ import annotations

from pathlib import Path

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report


@click.group("import-from")
def command() -> None:
    """Make a spec of what another tool deployed. Calls nobody, and changes nothing that is deployed.

    Example: stackwright import-from copilot .
    """


@command.command("copilot")
@click.argument("folder", metavar="DIR", type=click.Path())
@click.option("--out", metavar="FILE", help="File to write, which must not be there. Default: spec/APPLICATION.yaml.")
@click.option("--region", metavar="REGION", default="us-east-1", show_default=True, help="AWS region of the platform.")
@arguments.strict
@arguments.report_format
def copilot(folder: str, out: str | None, region: str) -> None:
    """Make a spec of an application of AWS Copilot, and tell what it does not say: where, why, and what to do.

    DIR has the folder `copilot`. Overwrites nothing.

    Example: stackwright import-from copilot . --region eu-central-1
    """
    from compiler.language.schema import load_schema
    from deployer.migration.application import application
    from deployer.migration.conversion import converted
    from deployer.migration.draft import LOST
    from deployer.migration.settling import settled
    from deployer.starter.new_files import write_new

    kinds = load_schema().kinds
    alone = frozenset(name for name, kind in kinds.items() if kind.get("x-singleton"))
    made = converted(application(folder), region, alone)
    file = out or f"spec/{made.spec['platform']}.yaml"
    text, told = settled(made, "")
    running_report().show_warnings(told)
    written = write_new({file: text}, Path.cwd())
    lost = sum(one.code == LOST for one in told)
    line = f"{file}: {'written' if written else 'nothing to write'}; {lost} settings have no counterpart, "
    line += f"{len(told) - lost} are not the same as before"
    rest = f"next: stackwright validate {file}, then read what is told above"
    running_report().end({"file": file, "not_converted": lost}, [line, rest])
