"""`stackwright import-from`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report

if TYPE_CHECKING:
    from deployer.migration.template.given import Given


@click.group("import-from")
def command() -> None:
    """Make a spec of what another tool deployed. Changes nothing that is deployed.

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
    from deployer.migration.draft import LOST, slug
    from deployer.migration.settling import settled
    from deployer.starter.new_files import write_new

    kinds = load_schema().kinds
    alone = frozenset(name for name, kind in kinds.items() if kind.get("x-singleton"))
    found = application(folder)
    file = out or f"spec/{slug(found.name)}.yaml"
    made = converted(found, region, alone, _way(Path(file).parent, found.folder.parent))
    text, told = settled(made, "")
    running_report().show_warnings(told)
    written = write_new({file: text}, Path.cwd())
    lost = sum(one.code == LOST for one in told)
    line = f"{file}: {'written' if written else 'nothing to write'}; {lost} settings have no counterpart, "
    line += f"{len(told) - lost} are not the same as before"
    rest = f"next: stackwright validate {file}, then read what is told above"
    running_report().end({"file": file, "not_converted": lost}, [line, rest])


def _way(start: Path, end: Path) -> str:
    """From one folder to the other, as a spec writes it."""
    return Path(os.path.relpath(end.resolve(), start.resolve())).as_posix()


@command.command("template")
@click.argument("file", metavar="FILE", type=click.Path())
@arguments.made_of
@click.option("--region", metavar="REGION", default="us-east-1", show_default=True, help="AWS region of the platform.")
@click.option("--name", metavar="STACK", help="Name of the stack, which the platform gets. Default: that of the file.")
@arguments.strict
@arguments.report_format
def template(file: str, region: str, name: str | None, **options: Any) -> None:
    """Make a spec of a template of CloudFormation, JSON or YAML: native sections where they fit, else raw resources.

    Tells what could not be said, and what `import` takes so that the resources stay. Calls nobody.

    Example: stackwright import-from template network.yaml --name shop-network --env prod
    """
    from deployer.migration.template.given import Given, template_file

    document = template_file(file)
    stack = name or Path(file).name.partition(".")[0]
    _template(Given(document, stack, options["environment"], region, options["parameters"]), {}, options)


@command.command("stack")
@click.argument("name", metavar="STACK")
@arguments.made_of
@click.option("--region", metavar="REGION", default="us-east-1", show_default=True, help="AWS region of the stack.")
@arguments.where
@arguments.strict
@arguments.report_format
def stack(name: str, region: str, **options: Any) -> None:
    """Make a spec of a stack that is deployed, with the values that its parameters have; reads it, and nothing else.

    Writes its template beside the spec, since the report has its lines.

    Example: stackwright import-from stack shop-prod --env prod --region eu-central-1
    """
    from deployer.command_line.roots import opener_of
    from deployer.migration.template.stack import given_stack

    with opener_of(None, options, name)(region) as aws:
        given, text = given_stack(aws, name, options["environment"])
    given = replace(given, parameters={**given.parameters, **options["parameters"]})
    _template(given, {given.document.file: text}, options)


def _template(given: Given, beside: Mapping[str, str], options: Mapping[str, Any]) -> None:
    """Convert, write the spec and what lies beside it, and tell."""
    from compiler.language.schema import load_schema
    from deployer.migration.draft import LOST
    from deployer.migration.settling import settled
    from deployer.migration.template.conversion import conversion_of
    from deployer.migration.template.given import check_parameters
    from deployer.migration.template.wishes import wishes
    from deployer.starter.new_files import write_new

    check_parameters(given)
    made, owners = conversion_of(given, load_schema().kinds)
    text, told = settled(made, "")
    running_report().show_warnings(told)
    file = options["out"] or f"spec/{given.platform}.yaml"
    files = {file: text, **{str(Path(file).parent / name): content for name, content in beside.items()}}
    written = write_new(files, Path.cwd())
    lost = sum(one.code == LOST for one in told)
    state = "written" if file in written else "nothing to write"
    kept = tuple(wishes(given, made.spec, owners))
    lines = [f"{file}: {state}; {lost} things could not be said, {len(told) - lost} are not the same as before"]
    lines += _keeping(f"{file} --env {given.environment}", kept)
    running_report().end({"file": file, "not_converted": lost, "import": list(kept)}, lines)


def _keeping(spec: str, kept: Sequence[str]) -> Iterator[str]:
    """How the resources of the old stack come under the platform."""
    yield f"next: stackwright validate {spec.partition(' ')[0]}, then read what is told above"
    if kept:
        yield "to keep what is deployed: give it 'DeletionPolicy: Retain' in the old stack, delete that stack, then run"
        yield " \\\n  ".join((f"stackwright import {spec}", *kept))
