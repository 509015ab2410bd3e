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

from compiler.source.diagnostics import Diagnostic, SpecError
from deployer.errors import FAILED, DeployError

if TYPE_CHECKING:
    from compiler.stacks.compiled import Compiled
    from deployer.environment import Open
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
    from compiler.language.schema import load_schema
    from compiler.pipeline import check_spec
    from compiler.program.existing import shown
    from compiler.source.interpolation import spelled

    (checked,) = check_spec(spec, (environment,))
    data = spelled(shown(checked.document.data, load_schema()))
    if form == "json":
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        import yaml

        dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        click.echo(yaml.dump(data, Dumper=dumper, sort_keys=False, width=100, allow_unicode=True), nl=False)


@main.command()
def schema() -> None:
    """Print the JSON Schema of a spec, for an editor.

    Example: stackwright schema > platform.schema.json
    """
    from compiler.language.editor import editor_text
    from compiler.language.schema import load_schema

    click.echo(editor_text(load_schema()), nl=False)


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
    from compiler.pipeline import compile_spec
    from compiler.stacks.emit import differences, render, stale_environments, write

    compiled = compile_spec(spec, environments)
    files = render(compiled, form)
    owned = list(dict.fromkeys(f"{one.platform}/{one.environment}" for one in compiled))
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
        stacks = f"{len(one.children)} nested stack{'s' if len(one.children) != 1 else ''}"
        folder = Path(out, one.platform, one.environment)
        where = f" in {one.region}" if len(one.regions) > 1 else ""
        click.echo(f"{one.environment}{where}: {count} resources in {stacks} → {folder}")


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
@_format
def lookup(spec: str, environment: str, form: str, **options: Any) -> None:
    """Look up what the spec does not say of things that are there already; write it into SPEC's lock file.

    Example: stackwright lookup spec/shop.yaml --env prod
    """
    from compiler.language.schema import load_schema
    from compiler.meaning.lock import read_lock, write_lock
    from compiler.pipeline import resolved_spec
    from deployer.lookup import differences, look_up

    schema = load_schema()
    document, environments = resolved_spec(spec, environment)
    before, data = read_lock(spec, schema), document.data
    with _busy("looking up"), _opener(data["account"], options)(data["region"]) as aws:
        content = look_up(document, schema, aws)
    after = before.with_environment(environment, content, environments)
    write_lock(after)
    changes = list(differences(before.words(environment, schema), after.words(environment, schema)))
    if form == "json":
        _tell_json({"file": after.file, "environment": environment, "changes": changes})
    else:
        _tell_found(after.file, changes)


def _tell_found(file: str, changes: Sequence[Mapping[str, Any]]) -> None:
    for one in changes:
        name = f"{one['component']}.{one['word']}"
        values = [json.dumps(one[key], ensure_ascii=False) for key in ("before", "after") if one[key] is not None]
        mark = "-" if one["after"] is None else "+" if one["before"] is None else "~"
        click.echo(f"{mark} {name}: {' → '.join(values)}")
    count = f"{len(changes)} change{'s' if len(changes) != 1 else ''}"
    click.echo(f"{file}: {count if changes else 'nothing has changed'}")


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
    from deployer.environment import make_plans
    from deployer.plan_file import write_plan

    roots = _linted(spec, environment)
    with _busy("planning"):
        planned = make_plans(roots, Path(spec).parent, _opener(roots[0].account, options), _choice(options))
    if plan_file:
        write_plan(planned, plan_file)
    if form == "json":
        _tell_json(planned.to_json())
        return
    for one in planned.plans:
        _tell_review(one)
    for waiting in planned.waiting:
        click.echo(str(waiting))
    if plan_file and not planned.empty:
        click.echo(f"run: stackwright apply {plan_file}")


@main.command()
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@_where
@_format
def apply(plan_file: Path, form: str, **options: Any) -> None:
    """Execute exactly the change sets that were planned, and follow them to their end.

    Example: stackwright apply dev.plan
    """
    from deployer.console import told
    from deployer.environment import apply_plans
    from deployer.plan_file import read_plan
    from deployer.session import SANDBOX

    planned = read_plan(plan_file)
    review = planned.plans[0].review
    options["sandbox"] = options["sandbox"] or planned.plans[0].endpoint == SANDBOX
    outcomes = []
    with told(quiet=form == "json") as report:
        for outcome in apply_plans(planned, _opener(review.account, options), report):
            outcomes.append(outcome)
            _tell_outcome(outcome, form)
    for waiting in planned.waiting:
        click.echo(str(waiting), err=True)
    _end(outcomes, form)


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
    from deployer.environment import choice_for
    from deployer.plan import make_plan

    roots, choice = _linted(spec, environment), _choice(options)
    known: dict[str, Mapping[str, str]] = {}
    outcomes: list[Outcome] = []
    for root in roots:
        with _opener(root.account, options)(root.region) as aws:
            if options["continue_rollback"]:
                _continue_rollback(aws, root)
            with _busy("planning"):
                planned = make_plan(root, Path(spec).parent, aws, choice_for(root, roots, choice, known))
            if form == "text":
                _tell_review(planned)
            if not planned.empty and not yes:
                click.confirm("Execute this change set?", abort=True, err=True)
            outcomes.append(_carry_out(planned, aws, form))
        if not outcomes[-1].succeeded:
            break
        known[root.region] = outcomes[-1].outputs
    _end(outcomes, form)


@main.command()
@_spec
@_environment
@_where
@_format
def status(spec: str, environment: str, form: str, **options: Any) -> None:
    """Show what is deployed: the state of the stack and of its nested stacks.

    Example: stackwright status spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.status import read_status
    from deployer.status_view import status_lines

    found = {}
    for root in _roots(spec, environment):
        with _opener(root.account, options)(root.region) as aws:
            found[root.region] = read_status(aws, root.stack_name)
    if form == "json":
        _tell_json({"roots": [{"region": region, **one.to_json()} for region, one in found.items()]})
        return
    for region, one in found.items():
        if len(found) > 1:
            click.echo(f"in {region}:")
        click.echo("\n".join(status_lines(one)))


@main.command()
@_spec
@_environment
@_where
@_format
def outputs(spec: str, environment: str, form: str, **options: Any) -> None:
    """Print the outputs of what is deployed.

    Example: stackwright outputs spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.status import read_outputs

    found: dict[str, str] = {}
    for root in _roots(spec, environment):
        with _opener(root.account, options)(root.region) as aws:
            found |= read_outputs(aws, root.stack_name)
    if form == "json":
        _tell_json(found)
    else:
        _tell_outputs(found)


@main.command()
@_spec
@_environment
@_where
@click.option("--yes", is_flag=True, help="Do not ask before removing.")
@click.option("--disable-protection", is_flag=True, help="Remove the stack although it is protected from termination.")
@click.option("--region", metavar="REGION", help="Remove only what lies in this region.")
@_format
def destroy(spec: str, environment: str, form: str, yes: bool, region: str | None, **options: Any) -> None:
    """Remove an environment; names what is retained first.

    Example: stackwright destroy spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.console import told
    from deployer.destroy import destroy as remove
    from deployer.environment import plan_removals

    roots = _roots(spec, environment)
    name, open_region = roots[0].stack_name, _opener(roots[0].account, options)
    removals = plan_removals(name, (region,) if region else roots[0].regions, open_region, whole=not region)
    for where, removal in removals.items():
        there = f" in {where}" if len(removals) > 1 or region else ""
        click.echo(f"{name}{there}: {len(removal.resources)} resources, {len(removal.kept)} of them stay", err=True)
        for kept in removal.kept:
            click.echo(f"  {kept}", err=True)
    if not yes:
        click.confirm(f"Remove {name}?", abort=True, err=True)
    outcomes = []
    for where, removal in removals.items():
        with open_region(where) as aws, told(quiet=form == "json") as report:
            outcomes.append(remove(removal, aws, report, options["disable_protection"]))
        _tell_outcome(outcomes[-1], form)
        if not outcomes[-1].succeeded:
            break
    _end(outcomes, form)


def _roots(spec: str, environment: str) -> tuple[Compiled, ...]:
    """The roots of one environment, in the order of their deployment."""
    from compiler.pipeline import compile_spec

    return compile_spec(spec, (environment,))


def _linted(spec: str, environment: str) -> tuple[Compiled, ...]:
    """One environment, compiled; what does not lint is not deployed."""
    from linter.lint import lint as run_lint

    roots = _roots(spec, environment)
    with _lint_progress() as report:
        findings = [one for one in run_lint(roots, CACHE, report) if one.level != "informational"]
    if findings:
        for one in findings:
            click.echo(str(one), err=True)
        click.echo(f"{len(findings)} findings: nothing was planned", err=True)
        raise SystemExit(FAULTY)
    return roots


def _opener(account: str | None, options: dict[str, Any]) -> Open:
    from deployer.opening import Where, open_aws

    return lambda region: open_aws(Where(region, account, options["profile"], options["sandbox"]))


def _choice(options: dict[str, Any]) -> Choice:
    from deployer.publish import Choice

    return Choice(options["bucket"], options["parameters"])


def _carry_out(planned: Plan, aws: Aws, form: str) -> Outcome:
    from deployer.apply import apply_plan
    from deployer.console import told

    with told(quiet=form == "json") as report:
        outcome = apply_plan(planned, aws, report)
    _tell_outcome(outcome, form)
    return outcome


def _continue_rollback(aws: Aws, root: Compiled) -> None:
    """Take up the root's failed rollback; where there are several roots, only one that has such a rollback."""
    from deployer.apply import continue_rollback
    from deployer.console import told
    from deployer.status import read_status

    name = root.stack_name
    if len(root.regions) > 1 and read_status(aws, name).root.status != "UPDATE_ROLLBACK_FAILED":
        return
    with told() as report:
        outcome = continue_rollback(aws, name, report)
    click.echo(str(outcome), err=True)
    if outcome.failures:
        raise SystemExit(FAILED)


def _tell_review(planned: Plan) -> None:
    import shutil

    from deployer.sandbox.note import sandbox_note
    from reviewer.view import render

    terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((120, 24)).columns if terminal else 120
    click.echo(render(planned.review, width, terminal), nl=False)
    note = sandbox_note(planned)
    if note:
        click.echo(note)


def _tell_outcome(outcome: Outcome, form: str) -> None:
    if form == "json":
        return
    click.echo(str(outcome), err=not outcome.succeeded)
    _tell_outputs(outcome.outputs)
    for kept in outcome.retained:
        click.echo(f"retained: {kept}")


def _end(outcomes: Sequence[Outcome], form: str) -> None:
    """Tell all outcomes to machines, and end with the status of a failure if there is one."""
    if form == "json":
        _tell_json({"outcomes": [outcome.to_json() for outcome in outcomes]})
    if not all(outcome.succeeded for outcome in outcomes):
        raise SystemExit(FAILED)


def _tell_outputs(outputs: Mapping[str, str]) -> None:
    width = max(map(len, outputs), default=0)
    for name, value in sorted(outputs.items()):
        click.echo(f"{name:<{width}}  {value}")


def _tell_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False))


if __name__ == "__main__":
    main()
