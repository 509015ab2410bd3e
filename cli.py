"""The command line: options in, one call, print, exit status.

What a command needs is imported when it runs, so that `validate` never waits for boto3, cfn-lint or rich.
"""

from __future__ import annotations

import atexit
import gc
import itertools
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from compiler.diagnostics import Diagnostic, SpecError
from deployer.errors import FAILED, DeployError

if TYPE_CHECKING:
    from compiler.compiled import Compiled
    from deployer.opening import Where
    from deployer.outcome import Outcome
    from deployer.plan import Plan
    from deployer.publish import Choice
    from deployer.session import Aws
    from linter.finding import Finding

# A command is short: what it makes, it keeps. Looking for garbage all the while, and once more at the end, costs a
# third of its time.
gc.set_threshold(100_000)
atexit.register(gc.freeze)

Command = TypeVar("Command", bound=Callable[..., Any])

FAULTY = 1
_AS_JSON = "stackwright.as_json"
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

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        context.meta[_AS_JSON] = _asked_for_json(args)
        return super().parse_args(context, args)

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except SpecError as problem:
            _tell_faults(problem.diagnostics, as_json=context.meta[_AS_JSON])
            context.exit(FAULTY)
        except DeployError as problem:
            click.echo(click.style("error", fg="red", bold=True) + f": {problem}", err=True)
            context.exit(problem.exit_code)


def _asked_for_json(arguments: Sequence[str]) -> bool:
    return "--format=json" in arguments or any(pair == ("--format", "json") for pair in itertools.pairwise(arguments))


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

    compiled = compile_spec(spec, environments)
    with _lint_progress() as report:
        findings = run_lint(compiled, CACHE, report)
    serious = [one for one in findings if one.level != "informational"]
    if form == "json":
        click.echo(json.dumps({"findings": [one.to_json() for one in findings]}, indent=2, ensure_ascii=False))
    else:
        _tell_findings(findings)
    if serious:
        raise SystemExit(FAULTY)


@contextmanager
def _lint_progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal while templates are linted. It has no thread of its own: cfn-lint's workers are forked."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), auto_refresh=False, transient=True) as bar:
        task = bar.add_task("linting", total=None)

        def report(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, refresh=True)

        yield report


@contextmanager
def _busy(doing: str) -> Iterator[None]:
    """Show on a terminal that something is being done whose length nobody knows."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(doing):
        yield


def _tell_findings(findings: Sequence[Finding]) -> None:
    colours = {"error": "red", "warning": "yellow", "informational": "blue"}
    for one in findings:
        styled = click.style(one.level, fg=colours[one.level], bold=True)
        click.echo(str(one).replace(f"{one.level}[", f"{styled}[", 1))
    levels = [one.level for one in findings]
    click.echo(
        f"{levels.count('error')} errors, {levels.count('warning')} warnings, {levels.count('informational')} notes"
    )


def _where(command: Command) -> Command:
    sandbox = click.option("--sandbox", is_flag=True, help="Work on the embedded sandbox instead of AWS.")
    profile = click.option("--profile", metavar="NAME", help="AWS profile; the SDK's own choice when left out.")
    return sandbox(profile(command))


def _upload(command: Command) -> Command:
    about = "Bucket for templates and code; stackwright-ACCOUNT-REGION, made when missing, when left out."
    bucket = click.option("--bucket", metavar="NAME", help=about)
    parameters = click.option(
        "--parameter",
        "parameters",
        multiple=True,
        metavar="NAME=VALUE",
        callback=_pairs,
        help="A root parameter's value instead of its default, such as an image with a new tag: WebImage=web:1.2.",
    )
    return bucket(parameters(command))


def _pairs(_context: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    wrong = [value for value in values if "=" not in value]
    if wrong:
        raise click.BadParameter(f"'{wrong[0]}' is not NAME=VALUE")
    return dict(value.split("=", 1) for value in values)


@main.command()
@_spec
@_environment
@_where
@_upload
@click.option("--out", "plan_file", metavar="PLAN", type=click.Path(path_type=Path), help="Save the plan for `apply`.")
@_format
def plan(spec: str, environment: str, form: str, plan_file: Path | None, **options: Any) -> None:
    """Upload, create the change set and show what it would do. Executes nothing.

    Example: stackwright plan spec/rayman-portfolio.yaml --env dev --out dev.plan
    """
    from deployer.opening import open_aws
    from deployer.plan import make_plan
    from deployer.plan_file import write_plan

    compiled = _linted(spec, environment)
    with open_aws(_place(compiled, options)) as aws, _busy("planning"):
        planned = make_plan(compiled, Path(spec).parent, aws, _choice(options))
    if plan_file:
        write_plan(planned, plan_file)
    if form == "json":
        _tell_json(planned.review.to_json())
        return
    _tell_review(planned)
    if plan_file and not planned.empty:
        click.echo(f"run: stackwright apply {plan_file}")


@main.command()
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@_where
@_format
def apply(plan_file: Path, form: str, **options: Any) -> None:
    """Execute exactly the change set that was planned, and follow it to its end.

    Example: stackwright apply dev.plan
    """
    from deployer.opening import Where, open_aws
    from deployer.plan_file import read_plan
    from deployer.session import SANDBOX

    planned = read_plan(plan_file)
    review = planned.review
    sandbox = options["sandbox"] or planned.endpoint == SANDBOX
    with open_aws(Where(review.region, review.account, options["profile"], sandbox)) as aws:
        _carry_out(planned, aws, form)


@main.command()
@_spec
@_environment
@_where
@_upload
@click.option("--yes", is_flag=True, help="Do not ask before executing.")
@click.option("--continue-rollback", is_flag=True, help="First take up a rollback that failed, then deploy.")
@_format
def deploy(spec: str, environment: str, form: str, yes: bool, **options: Any) -> None:
    """Plan, show, ask, execute, follow to the end, print the outputs.

    Example: stackwright deploy spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.opening import open_aws
    from deployer.plan import make_plan

    compiled = _linted(spec, environment)
    with open_aws(_place(compiled, options)) as aws:
        if options["continue_rollback"]:
            _continue_rollback(aws, compiled.stack_name)
        with _busy("planning"):
            planned = make_plan(compiled, Path(spec).parent, aws, _choice(options))
        if form == "text":
            _tell_review(planned)
        if not planned.empty and not yes:
            click.confirm("Execute this change set?", abort=True, err=True)
        _carry_out(planned, aws, form)


@main.command()
@_spec
@_environment
@_where
@_format
def status(spec: str, environment: str, form: str, **options: Any) -> None:
    """Show what is deployed: the state of the stack and of its nested stacks.

    Example: stackwright status spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.opening import open_aws
    from deployer.status import read_status
    from deployer.status_view import status_lines

    name, where = _deployed(spec, environment, options)
    with open_aws(where) as aws:
        found = read_status(aws, name)
    if form == "json":
        _tell_json(found.to_json())
    else:
        click.echo("\n".join(status_lines(found)))


@main.command()
@_spec
@_environment
@_where
@_format
def outputs(spec: str, environment: str, form: str, **options: Any) -> None:
    """Print the outputs of what is deployed.

    Example: stackwright outputs spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.opening import open_aws
    from deployer.status import read_outputs

    name, where = _deployed(spec, environment, options)
    with open_aws(where) as aws:
        found = read_outputs(aws, name)
    if form == "json":
        _tell_json(dict(found))
    else:
        _tell_outputs(found)


@main.command()
@_spec
@_environment
@_where
@click.option("--yes", is_flag=True, help="Do not ask before removing.")
@click.option("--disable-protection", is_flag=True, help="Remove the stack although it is protected from termination.")
@_format
def destroy(spec: str, environment: str, form: str, yes: bool, **options: Any) -> None:
    """Remove an environment; names what is retained first.

    Example: stackwright destroy spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.console import told
    from deployer.destroy import destroy as remove
    from deployer.destroy import plan_removal
    from deployer.opening import open_aws

    name, where = _deployed(spec, environment, options)
    with open_aws(where) as aws:
        removal = plan_removal(aws, name)
        click.echo(f"{name}: {len(removal.resources)} resources, {len(removal.kept)} of them stay", err=True)
        for kept in removal.kept:
            click.echo(f"  {kept}", err=True)
        if not yes:
            click.confirm(f"Remove {name}?", abort=True, err=True)
        with told(quiet=form == "json") as report:
            outcome = remove(removal, aws, report, options["disable_protection"])
    _tell_outcome(outcome, form)


def _linted(spec: str, environment: str) -> Compiled:
    """One environment, compiled; what does not lint is not deployed."""
    from compiler.pipeline import compile_spec
    from linter.lint import lint as run_lint

    (compiled,) = compile_spec(spec, (environment,))
    with _lint_progress() as report:
        findings = [one for one in run_lint([compiled], CACHE, report) if one.level != "informational"]
    if findings:
        for one in findings:
            click.echo(str(one), err=True)
        click.echo(f"{len(findings)} findings: nothing was planned", err=True)
        raise SystemExit(FAULTY)
    return compiled


def _place(compiled: Compiled, options: dict[str, Any]) -> Where:
    from deployer.opening import Where

    return Where(compiled.region, compiled.account, options["profile"], options["sandbox"])


def _choice(options: dict[str, Any]) -> Choice:
    from deployer.publish import Choice

    return Choice(options["bucket"], options["parameters"])


def _deployed(spec: str, environment: str, options: dict[str, Any]) -> tuple[str, Where]:
    """Stack name and place of an environment; nothing is compiled for that."""
    from compiler.compiled import stack_name
    from compiler.pipeline import check_spec
    from deployer.opening import Where

    (checked,) = check_spec(spec, (environment,))
    data = checked.document.data
    where = Where(data["region"], data["account"], options["profile"], options["sandbox"])
    return stack_name(data["platform"], environment), where


def _carry_out(planned: Plan, aws: Aws, form: str) -> None:
    from deployer.apply import apply_plan
    from deployer.console import told

    with told(quiet=form == "json") as report:
        outcome = apply_plan(planned, aws, report)
    _tell_outcome(outcome, form)


def _continue_rollback(aws: Aws, stack: str) -> None:
    from deployer.apply import continue_rollback
    from deployer.console import told

    with told() as report:
        outcome = continue_rollback(aws, stack, report)
    click.echo(str(outcome), err=True)
    if outcome.failures:
        raise SystemExit(FAILED)


def _tell_review(planned: Plan) -> None:
    import shutil

    from deployer.sandbox_note import sandbox_note
    from reviewer.view import render

    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((120, 24)).columns if terminal else 120
    click.echo(render(planned.review, width, terminal), nl=False)
    note = sandbox_note(planned)
    if note:
        click.echo(note)


def _tell_outcome(outcome: Outcome, form: str) -> None:
    if form == "json":
        _tell_json(outcome.to_json())
    else:
        click.echo(str(outcome), err=not outcome.succeeded)
        _tell_outputs(outcome.outputs)
        for kept in outcome.retained:
            click.echo(f"retained: {kept}")
    if not outcome.succeeded:
        raise SystemExit(FAILED)


def _tell_outputs(outputs: Mapping[str, str]) -> None:
    width = max(map(len, outputs), default=0)
    for name, value in sorted(outputs.items()):
        click.echo(f"{name:<{width}}  {value}")


def _tell_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False))


if __name__ == "__main__":
    main()
