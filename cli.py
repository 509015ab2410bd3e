"""The command line: options in, one call, print, exit status.

What a command needs is imported when it runs, so that `validate` never waits for boto3, cfn-lint or rich.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from compiler.diagnostics import Diagnostic, SpecError

if TYPE_CHECKING:
    from compiler.compiled import Compiled
    from linter.finding import Finding

Command = TypeVar("Command", bound=Callable[..., Any])

OK, FAULTY = 0, 1
CACHE = Path(".stackwright", "cache", "lint")


def _spec(command: Command) -> Command:
    return click.argument("spec", metavar="SPEC", type=click.Path())(command)


def _environments(command: Command) -> Command:
    about = "Environment to work on; may be given several times. All of them when left out."
    return click.option("--env", "-e", "environments", multiple=True, metavar="ENV", help=about)(command)


def _environment(command: Command) -> Command:
    return click.option("--env", "-e", "environment", required=True, metavar="ENV", help="The environment.")(command)


def _format(command: Command) -> Command:
    choice = click.Choice(["text", "json"])
    return click.option("--format", "form", type=choice, default="text", help="How to report.")(command)


class _Group(click.Group):
    """Faults of a spec end any command the same way: all of them on standard error, status 1."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except SpecError as problem:
            _tell_faults(problem.diagnostics, as_json=_asked_for_json(sys.argv))
            context.exit(FAULTY)


def _asked_for_json(arguments: Sequence[str]) -> bool:
    return "--format=json" in arguments or any(
        pair == ("--format", "json") for pair in zip(arguments, arguments[1:], strict=False)
    )


def _tell_faults(diagnostics: Sequence[Diagnostic], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"errors": [one.to_json() for one in diagnostics]}, indent=2, ensure_ascii=False))
        return
    for one in diagnostics:
        text = str(one)
        click.echo(text.replace("error[", click.style("error", fg="red", bold=True) + "[", 1), err=True)
    click.echo(f"{len(diagnostics)} error{'s' if len(diagnostics) != 1 else ''}", err=True)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="stackwright", prog_name="stackwright")
def main() -> None:
    """One YAML file that describes a platform becomes CloudFormation: nested, least privilege, linted, reviewed."""


@main.command()
@_spec
@_environments
@_format
def validate(spec: str, environments: tuple[str, ...], form: str) -> None:
    """Check a spec: its schema and its meaning.

    Example: stackwright validate spec/rayman-portfolio.yaml --env dev
    """
    from compiler.pipeline import check_spec

    names = [one.document.data["environment"] for one in check_spec(spec, environments)]
    if form == "json":
        click.echo(json.dumps({"errors": [], "environments": names}, indent=2))
    else:
        click.echo(f"{spec}: sound in {', '.join(names)}")


@main.command()
@_spec
@_environment
@_format
def resolve(spec: str, environment: str, form: str) -> None:
    """Print the full effective spec of one environment: overlays merged, every default written out.

    Example: stackwright resolve spec/rayman-portfolio.yaml --env prod
    """
    from compiler.interpolation import spelled
    from compiler.pipeline import check_spec

    (checked,) = check_spec(spec, (environment,))
    data = spelled(checked.document.data)
    if form == "json":
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        import yaml

        dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        click.echo(yaml.dump(data, Dumper=dumper, sort_keys=False, width=100, allow_unicode=True), nl=False)


@main.command(name="compile")
@_spec
@_environments
@click.option("--out", default="templates_out", show_default=True, type=click.Path(), help="Folder to write to.")
@click.option("--check", is_flag=True, help="Write nothing; fail when the files on disk are not what the spec gives.")
@click.option("--format", "form", type=click.Choice(["json", "yaml"]), default="json", help="Format of the templates.")
def compile_command(spec: str, environments: tuple[str, ...], out: str, check: bool, form: str) -> None:
    """Write the CloudFormation templates and the manifest of each environment.

    Example: stackwright compile spec/rayman-portfolio.yaml
    """
    from compiler.emit import differences, render, stale_environments, write
    from compiler.pipeline import compile_spec

    compiled = compile_spec(spec, environments)
    files = {name: text for one in compiled for name, text in render(one, form).items()}
    owned = [f"{one.platform}/{one.environment}" for one in compiled]
    if not environments:
        owned += stale_environments(compiled[0].platform, [one.environment for one in compiled], out)
    if not check:
        write(files, out, owned)
        _tell_compiled(compiled, out)
        return
    lines = list(differences(files, out, owned))
    for line in lines:
        click.echo(line)
    if lines:
        click.echo(f"run: stackwright compile {spec}", err=True)
        raise SystemExit(FAULTY)
    click.echo(f"{out}: what {spec} gives")


def _tell_compiled(compiled: Sequence[Compiled], out: str) -> None:
    for one in compiled:
        count = sum(len(template.body["Resources"]) for template in one.children)
        stacks = len(one.children)
        folder = Path(out, one.platform, one.environment)
        click.echo(f"{one.environment}: {count} resources in {stacks} nested stacks → {folder}")


@main.command()
@_spec
@_environments
@_format
def lint(spec: str, environments: tuple[str, ...], form: str) -> None:
    """Run cfn-lint over what a spec compiles to; errors and warnings fail.

    Example: stackwright lint spec/rayman-portfolio.yaml --env prod
    """
    from compiler.pipeline import compile_spec
    from linter.lint import lint as run_lint

    findings = run_lint(compile_spec(spec, environments), CACHE)
    serious = [one for one in findings if one.level != "informational"]
    if form == "json":
        click.echo(json.dumps({"findings": [one.to_json() for one in findings]}, indent=2, ensure_ascii=False))
    else:
        _tell_findings(findings)
    if serious:
        raise SystemExit(FAULTY)


def _tell_findings(findings: Sequence[Finding]) -> None:
    colours = {"error": "red", "warning": "yellow", "informational": "blue"}
    for one in findings:
        styled = click.style(one.level, fg=colours[one.level], bold=True)
        click.echo(str(one).replace(f"{one.level}[", f"{styled}[", 1))
    levels = [one.level for one in findings]
    click.echo(f"{levels.count('error')} errors, {levels.count('warning')} warnings, {levels.count('informational')} notes")


if __name__ == "__main__":
    main()
