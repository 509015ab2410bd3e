"""The command line: options in, one call, print, exit status.

What a command needs is imported when it runs, so that `validate` never waits for boto3, cfn-lint or rich.
"""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from compiler.source.diagnostics import SpecError
from compiler.source.report import Report
from deployer.errors import FAILED, DeployError, not_confirmed

if TYPE_CHECKING:
    from compiler.stacks.compiled import Compiled
    from deployer.approval import Approvals
    from deployer.environment import Open
    from deployer.outcome import Outcome
    from deployer.plan import Plan
    from deployer.publish import Choice
    from reviewer.change import Review, Risk
    from reviewer.view import Shown

# A command is short: what it makes, it keeps. Looking for garbage all the while, and once more at the end, costs a
# third of its time.
gc.set_threshold(100_000)
atexit.register(gc.freeze)

Command = TypeVar("Command", bound=Callable[..., Any])

FAULTY = 1


def _print(lines: Iterable[str], err: bool = False) -> None:
    for line in lines:
        click.echo(line, err=err)


def _report() -> Report:
    """The report of the running command."""
    report: Report = click.get_current_context().meta.setdefault("stackwright.report", Report(_print))
    return report


class _Group(click.Group):
    """Errors end every command the same way: all are reported, and the exit status is that of their kind."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except (SpecError, DeployError) as problem:
            report = _report()
            report.show(problem.diagnostics)
            if report.as_json:
                report.end({})
            context.exit(problem.exit_code if isinstance(problem, DeployError) else FAULTY)


def _spec(command: Command) -> Command:
    return click.argument("spec", metavar="SPEC", type=click.Path())(command)


def _environments(command: Command) -> Command:
    about = "Environment to work on; can be repeated. Default: all environments."
    return click.option("--env", "-e", "environments", multiple=True, metavar="ENV", help=about)(command)


def _environment(command: Command) -> Command:
    return click.option("--env", "-e", "environment", required=True, metavar="ENV", help="The environment.")(command)


def _format(command: Command) -> Command:
    def choose(_context: click.Context, _option: click.Parameter, value: str) -> None:
        _report().as_json = value == "json"

    option = click.option(
        "--format",
        type=click.Choice(["text", "json"]),
        default="text",
        callback=choose,
        expose_value=False,
        help="Report as text for people or as JSON for machines.",
    )
    return option(command)


def _strict(command: Command) -> Command:
    def choose(_context: click.Context, _option: click.Parameter, value: bool) -> None:
        _report().strict = value

    about = "Fail on warnings of the spec too."
    return click.option("--strict", is_flag=True, callback=choose, expose_value=False, help=about)(command)


def _where(command: Command) -> Command:
    sandbox = click.option("--sandbox", is_flag=True, help="Work on the embedded sandbox instead of AWS.")
    profile = click.option("--profile", metavar="NAME", help="AWS profile. Default: the AWS SDK's own settings.")
    return sandbox(profile(command))


def _wait(command: Command) -> Command:
    about = "Wait for the end of an operation that runs on the stack, instead of stopping."
    return click.option("--wait", is_flag=True, help=about)(command)


def _shown(command: Command) -> Command:
    everything = click.option("--all", "everything", is_flag=True, help="Show every component, resource and property.")
    return everything(
        click.option("--raw", is_flag=True, help="Show CloudFormation's change set row by row too.")(command)
    )


def _review_file(command: Command) -> Command:
    about = "Write the review to a file too, in the form of its suffix: .md, .html, .json or .txt; can be repeated."
    kind = click.Path(path_type=Path)
    return click.option("--review", "files", multiple=True, type=kind, callback=_forms, metavar="FILE", help=about)(
        command
    )


def _approve(command: Command) -> Command:
    about = "Component whose data may be removed or replaced, as queues.jobs; can be repeated. --yes never says so."
    return click.option("--approve", "approved", multiple=True, metavar="COMPONENT", help=about)(command)


def _forms(_context: click.Context, _parameter: click.Parameter, files: tuple[Path, ...]) -> tuple[Path, ...]:
    from reviewer.files import FORMS

    wrong = [str(file) for file in files if file.suffix not in FORMS]
    if wrong:
        raise click.BadParameter(f"'{wrong[0]}' ends with none of {', '.join(FORMS)}")
    return files


def _upload(command: Command) -> Command:
    about = "S3 bucket for templates and code. Default: stackwright-ACCOUNT-REGION, created if missing."
    bucket = click.option("--bucket", metavar="NAME", help=about)
    parameters = click.option(
        "--parameter",
        "parameters",
        multiple=True,
        metavar="NAME=VALUE",
        callback=_pairs,
        help="A root parameter's value instead of its default, such as an image: WebServiceImage=web:1.2.",
    )
    acting = "ARN of the role with which CloudFormation acts. Default: the stack's own, or your permissions."
    return bucket(parameters(click.option("--role", metavar="ARN", help=acting)(command)))


def _pairs(_context: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    wrong = [value for value in values if "=" not in value]
    if wrong:
        raise click.BadParameter(f"'{wrong[0]}' is not NAME=VALUE")
    return dict(value.split("=", 1) for value in values)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="stackwright", prog_name="stackwright")
def main() -> None:
    """Compile one YAML file that describes a platform into nested CloudFormation templates, and deploy it."""


@main.command()
@_spec
@_environments
@_strict
@_format
def validate(spec: str, environments: tuple[str, ...]) -> None:
    """Check a spec: its syntax, its settings and how its components fit together. Writes nothing.

    Example: stackwright validate spec/rayman-portfolio.yaml --env dev
    """
    from compiler.pipeline import check_spec

    checked = check_spec(spec, environments)
    _report().show_warnings(found for one in checked for found in one.warnings)
    names = [one.document.data["environment"] for one in checked]
    _report().end({"environments": names}, [f"{spec}: valid in {', '.join(names)}"])


@main.command()
@_spec
@_environment
@_strict
@_format
def resolve(spec: str, environment: str) -> None:
    """Print the full spec of one environment, with its overrides merged and every default written out.

    Example: stackwright resolve spec/rayman-portfolio.yaml --env prod
    """
    from compiler.language.schema import load_schema
    from compiler.pipeline import check_spec
    from compiler.program.effective import effective, yaml_text

    (checked,) = check_spec(spec, (environment,))
    _report().show_warnings(checked.warnings, shown=False)
    data = effective(checked.document, load_schema())
    _report().end_data(data, [yaml_text(data).removesuffix("\n")])


@main.command()
def schema() -> None:
    """Print the JSON Schema of a spec, for an editor.

    Example: stackwright schema > platform.schema.json
    """
    from compiler.language.editor import editor_text
    from compiler.language.schema import load_schema

    click.echo(editor_text(load_schema()), nl=False)


@main.command()
@_spec
@_environment
@click.option("--out", metavar="FILE", type=click.Path(path_type=Path), help="File to write to, instead of printing.")
@click.option("--check", is_flag=True, help="Write nothing; fail if FILE differs from the output.")
@_strict
@_format
def runbook(spec: str, environment: str, out: Path | None, check: bool) -> None:
    """Print the runbook of a recovery in another region: what is lost, and the steps in order, as Markdown.

    Example: stackwright runbook spec/shop.yaml --env prod --out docs/recovery-prod.md
    """
    from compiler.language.schema import load_schema
    from compiler.pipeline import check_spec
    from compiler.stacks.emit import file_differences, write
    from reviewer.runbook import runbook as written

    if check and not out:
        raise click.UsageError("--check compares with a file: name it with --out")
    (checked,) = check_spec(spec, (environment,))
    _report().show_warnings(checked.warnings)
    lines = written(checked, load_schema())
    if not out:
        _report().end({"runbook": lines}, lines)
        return
    files = {out.name: "".join(f"{line}\n" for line in lines).encode()}
    if not check:
        write(files, str(out.parent), ())
        _report().end({"file": str(out)}, [f"{out}: {len(lines)} lines"])
        return
    differences = list(file_differences(files, str(out.parent), ()))
    _report().end({"differences": differences}, differences or [f"{out}: up to date with {spec}"])
    if differences:
        click.echo(f"run: stackwright runbook {spec} --env {environment} --out {out}", err=True)
        raise SystemExit(FAULTY)


@main.command(name="compile")
@_spec
@_environments
@click.option("--out", default="templates_out", show_default=True, type=click.Path(), help="Folder to write to.")
@click.option("--check", is_flag=True, help="Write nothing; fail if files on disk differ from the output.")
@click.option("--template-format", type=click.Choice(["json", "yaml"]), default="json", help="Format of the templates.")
@_strict
@_format
def compile_command(spec: str, environments: tuple[str, ...], out: str, check: bool, template_format: str) -> None:
    """Write the CloudFormation templates and the manifest of each environment.

    Example: stackwright compile spec/rayman-portfolio.yaml
    """
    from compiler.pipeline import compile_spec
    from compiler.stacks.compiled_view import compiled_lines, compiled_rows
    from compiler.stacks.emit import file_differences, owned, render, write

    compiled = compile_spec(spec, environments)
    _report().show_warnings(found for one in compiled for found in one.warnings)
    files, folders = render(compiled, template_format), owned(compiled, out, whole=not environments)
    if not check:
        write(files, out, folders)
        _report().end({"environments": compiled_rows(compiled, out)}, compiled_lines(compiled, out))
        return
    differences = list(file_differences(files, out, folders))
    _report().end({"differences": differences}, differences or [f"{out}: up to date with {spec}"])
    if differences:
        click.echo(f"run: stackwright compile {spec}", err=True)
        raise SystemExit(FAULTY)


@main.command()
@_spec
@_environments
@_strict
@_format
def lint(spec: str, environments: tuple[str, ...]) -> None:
    """Run cfn-lint on the compiled templates; fail on its errors and warnings, and on warnings of the spec.

    Example: stackwright lint spec/rayman-portfolio.yaml --env prod
    """
    from compiler.pipeline import compile_spec
    from compiler.source.diagnostics import each_once
    from compiler.source.diagnostics_view import diagnostic_lines
    from linter.gate import findings, stopping

    compiled = compile_spec(spec, environments)
    _report().diagnostics += (*each_once(found for one in compiled for found in one.warnings), *findings(compiled))
    _report().end({}, diagnostic_lines(_report().diagnostics) or ["no findings"])
    if stopping(_report().diagnostics):
        raise SystemExit(FAULTY)


@main.command()
@_spec
@_environment
@_where
@_format
def lookup(spec: str, environment: str, **options: Any) -> None:
    """Look up attributes of existing resources that the spec does not set; write them into SPEC's lock file.

    Example: stackwright lookup spec/shop.yaml --env prod
    """
    from deployer.console import busy
    from deployer.lookup import update_lock
    from deployer.lookup_view import change_lines

    with busy("looking up"):
        lock = update_lock(spec, environment, lambda data: _opener(data["account"], options)(data["region"]))
    value = {"file": lock.file, "environment": environment, "changes": lock.changes}
    _report().end(value, change_lines(lock.file, lock.changes))


@main.command()
@_spec
@_environment
@_where
@click.option("--execution-role", is_flag=True, help="Make a role too, with which CloudFormation acts.")
@click.option("--role", metavar="ARN", help="A role that is there already, with which CloudFormation acts.")
@click.option("--policies-only", is_flag=True, help="Make nothing, and print the policies alone.")
@_format
def bootstrap(spec: str, environment: str, role: str | None, **options: Any) -> None:
    """Make the artefact bucket of each region, and print the least policies for planning and applying.

    Example: stackwright bootstrap spec/shop.yaml --env prod --execution-role
    """
    from deployer.bootstrap_view import account_lines
    from deployer.set_up import Wish, set_up
    from linter.gate import refuse_findings

    if options["execution_role"] and (role or options["policies_only"]):
        raise click.UsageError("--execution-role makes a role: leave out --policies-only, and --role which names one")
    roots = _roots(spec, environment)
    wish = Wish(spec, roots, role or "", options["execution_role"], options["policies_only"])
    account = set_up(wish, _opener(roots[0].account, options), refuse_findings)
    using = f" --role {account.role}" if account.role else ""
    _report().end(account.to_json(), account_lines(account, f"stackwright plan {spec} --env {environment}{using}"))


@main.command()
@_spec
@_environment
@_where
@_wait
@_upload
@click.option("--out", "plan_file", metavar="PLAN", type=click.Path(path_type=Path), help="Save the plan for `apply`.")
@_shown
@_review_file
@_strict
@_format
def plan(spec: str, environment: str, plan_file: Path | None, files: tuple[Path, ...], **options: Any) -> None:
    """Upload, create the change set and show what it would do. Executes nothing.

    Example: stackwright plan spec/rayman-portfolio.yaml --env dev --out dev.plan
    """
    from deployer.console import busy
    from deployer.environment import make_plans
    from deployer.plan_file import write_plan
    from deployer.plan_view import plans_lines
    from reviewer.files import write_reviews
    from reviewer.view import on_terminal

    roots = _linted(spec, environment)
    with busy("planning"):
        open_region = _opener(roots[0].account, options, roots[0].stack_name)
        planned = make_plans(roots, Path(spec).parent, open_region, _choice(options))
    if plan_file:
        write_plan(planned, plan_file)
    write_reviews([one.review for one in planned.plans], files)
    shown = on_terminal(options["everything"], options["raw"])
    _report().end(planned.to_json(), plans_lines(planned, plan_file, shown))


@main.command()
@_spec
@_environment
@click.option(
    "--against",
    metavar="REV|DIR|deployed",
    default="HEAD",
    show_default=True,
    help="A Git revision, a folder with templates or another version of the spec, or what is deployed.",
)
@_where
@_shown
@_review_file
@_strict
@_format
def diff(spec: str, environment: str, against: str, files: tuple[Path, ...], **options: Any) -> None:
    """Show what the spec would change, by comparing two compiles. Uploads and creates nothing.

    Example: stackwright diff spec/rayman-portfolio.yaml --env prod --against main
    """
    from reviewer.files import write_reviews
    from reviewer.view import on_terminal, render

    roots = _roots(spec, environment, shown=True)
    reviews = _compared(roots, spec, against, options)
    write_reviews(reviews, files)
    shown = on_terminal(options["everything"], options["raw"])
    lines = (render(review, shown).removesuffix("\n") for review in reviews)
    _report().end({"reviews": [review.to_json() for review in reviews]}, lines)


def _compared(roots: Sequence[Compiled], spec: str, against: str, options: Mapping[str, Any]) -> Sequence[Review]:
    """The reviews of an environment's roots against what is deployed, or offline against another state."""
    if against == "deployed":
        from deployer.compare_deployed import reviews_of_deployed

        return reviews_of_deployed(roots, Path(spec).parent, _opener(roots[0].account, options))
    from reviewer.comparison import reviews_against
    from reviewer.earlier import earlier

    return reviews_against(roots, earlier(spec, roots[0], against))


@main.command()
@click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
@_where
@_wait
@_approve
@_format
def apply(plan_file: Path, approved: tuple[str, ...], **options: Any) -> None:
    """Execute exactly the planned change sets, and wait for the result.

    Example: stackwright apply dev.plan
    """
    from deployer.approval import approve
    from deployer.console import reporting
    from deployer.environment import apply_plans
    from deployer.plan_file import read_plan
    from deployer.session import SANDBOX

    planned = read_plan(plan_file)
    approve([one.review for one in planned.plans], _approvals(approved))
    options["sandbox"] = options["sandbox"] or planned.plans[0].endpoint == SANDBOX
    open_region = _opener(planned.plans[0].review.account, options, planned.plans[0].review.stack)
    with reporting(_report().as_json) as report:
        outcomes = [_followed(outcome) for outcome in apply_plans(planned, open_region, report)]
    _print(map(str, planned.waiting), err=True)
    _end(outcomes)


@main.command()
@_spec
@_environment
@_where
@_wait
@_upload
@click.option("--yes", is_flag=True, help="Do not ask before executing.")
@_approve
@click.option("--continue-rollback", is_flag=True, help="First continue a rollback that failed, then deploy.")
@_shown
@_strict
@_format
def deploy(spec: str, environment: str, yes: bool, approved: tuple[str, ...], **options: Any) -> None:
    """Plan, show the plan, ask, execute it, wait for the result, and print the outputs.

    Example: stackwright deploy spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.approval import approve, refuse_direct
    from deployer.console import reporting
    from deployer.environment import Deployment, deploy_roots
    from reviewer.view import on_terminal

    roots = _linted(spec, environment)
    refuse_direct(roots[0], spec)
    deployment = Deployment(roots, Path(spec).parent, _choice(options), options["continue_rollback"])
    open_region, quiet = _opener(roots[0].account, options, roots[0].stack_name), _report().as_json
    shown = on_terminal(options["everything"], options["raw"])

    def agree(planned: Plan) -> None:
        _show(planned, yes, shown)
        approve([planned.review], _approvals(approved))
        if not planned.empty and not yes:
            _ask("Execute this change set?")

    agreed = deploy_roots(deployment, open_region, agree, lambda: reporting(quiet))
    _end([_followed(outcome) for outcome in agreed])


@main.command()
@_spec
@_environment
@_where
@_strict
@_format
def status(spec: str, environment: str, **options: Any) -> None:
    """Show the state of the deployed stack and of its nested stacks.

    Example: stackwright status spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.environment import read_all
    from deployer.status_view import region_lines

    roots = _roots(spec, environment)
    found = read_all(roots, _opener(roots[0].account, options))
    rows = [{"region": region, **one.to_json()} for region, one in found.items()]
    _report().end({"roots": rows}, region_lines(found))


@main.command()
@_spec
@_environment
@_where
@_strict
@_format
def outputs(spec: str, environment: str, **options: Any) -> None:
    """Print the outputs of the deployed stack.

    Example: stackwright outputs spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.environment import all_outputs
    from deployer.outcome_view import output_lines

    roots = _roots(spec, environment)
    found = all_outputs(roots, _opener(roots[0].account, options))
    _report().end_data(dict(sorted(found.items())), output_lines(found))


@main.command()
@_spec
@_environment
@_where
@_wait
@click.option("--yes", is_flag=True, help="Do not ask before removing.")
@click.option("--disable-protection", is_flag=True, help="Remove the stack even if it is protected from termination.")
@click.option("--region", metavar="REGION", help="Remove only the stack in this region.")
@_strict
@_format
def destroy(spec: str, environment: str, yes: bool, region: str | None, **options: Any) -> None:
    """Remove an environment, after listing the resources that are retained.

    Example: stackwright destroy spec/rayman-portfolio.yaml --env dev --sandbox
    """
    from deployer.console import reporting
    from deployer.environment import plan_removals, remove_all
    from deployer.removal_view import removal_lines

    roots = _roots(spec, environment)
    name = roots[0].stack_name
    open_region = _opener(roots[0].account, options, name)
    removals = plan_removals(name, (region,) if region else roots[0].regions, open_region, whole=not region)
    _print(removal_lines(removals, bool(region)), err=True)
    if not yes:
        _ask(f"Remove {name}?")
    quiet = _report().as_json
    removed = remove_all(removals, open_region, lambda: reporting(quiet), options["disable_protection"])
    _end([_followed(outcome) for outcome in removed])


@main.command()
@_spec
@_environment
@_where
@_wait
@click.option("--skip", multiple=True, metavar="COMPONENT|ID", help="Leave what can't be rolled back; can be repeated.")
@click.option("--retain", multiple=True, metavar="COMPONENT|ID", help="Leave what can't be deleted; can be repeated.")
@click.option("--cancel", is_flag=True, help="Cancel an update that runs, and undo it.")
@click.option("--region", metavar="REGION", help="Recover only the stack in this region.")
@click.option("--yes", is_flag=True, help="Do not ask before acting.")
@_strict
@_format
def recover(spec: str, environment: str, yes: bool, region: str | None, **options: Any) -> None:
    """Lead the stack from a failed or abandoned state back to one from which it can be deployed.

    Example: stackwright recover spec/rayman-portfolio.yaml --env dev --skip queues.jobs
    """
    from deployer.console import reporting
    from deployer.recover import Wish
    from deployer.recover_view import recovery_lines
    from deployer.recovering import plan_recoveries, recover_all, unsettled

    if options["cancel"] and options["wait"]:
        raise click.UsageError("--cancel ends the update that --wait would wait for: choose one of them")
    roots, quiet = _roots(spec, environment), _report().as_json
    name = roots[0].stack_name
    open_region = _opener(roots[0].account, options, name)
    wish = Wish(options["skip"], options["retain"], options["cancel"])
    found = plan_recoveries(name, (region,) if region else roots[0].regions, open_region, wish)
    _print(recovery_lines(found), err=True)
    if unsettled(found) and not yes:
        _ask(f"Recover {name}?")
    outcomes = [_followed(outcome) for outcome in recover_all(found, open_region, lambda: reporting(quiet))]
    _end(outcomes, recoveries={place: one.to_json() for place, one in found.items()})


@main.command()
@_spec
@_environment
@_where
@click.option("--follow", is_flag=True, help="Go on until the operation has ended.")
@_strict
@_format
def events(spec: str, environment: str, follow: bool, **options: Any) -> None:
    """Show the events of the operation that runs on the stack, or of the last one.

    Example: stackwright events spec/rayman-portfolio.yaml --env dev --follow
    """
    from deployer.console import reporting
    from deployer.follow import follow_all, read_events

    roots, quiet = _roots(spec, environment), _report().as_json
    open_region = _opener(roots[0].account, options)
    if follow:
        _end([_followed(outcome) for outcome in follow_all(roots, open_region, lambda: reporting(quiet))])
        return
    found = read_events(roots, open_region)
    _report().end({"events": [one.to_json() for one in found]}, map(str, found))


def _roots(spec: str, environment: str, shown: bool = False) -> tuple[Compiled, ...]:
    """The roots of one environment, in the order of their deployment."""
    from compiler.pipeline import compile_spec

    roots = compile_spec(spec, (environment,))
    _report().show_warnings(roots[0].warnings, shown)
    return roots


def _linted(spec: str, environment: str) -> tuple[Compiled, ...]:
    """One environment, compiled; what does not lint is not deployed."""
    from linter.gate import refuse_findings

    roots = _roots(spec, environment, shown=True)
    refuse_findings(roots)
    return roots


def _opener(account: str | None, options: Mapping[str, Any], stack: str = "") -> Open:
    """What opens a region; with --wait, not before the operation that runs on `stack` there has ended."""
    from deployer.opening import opener
    from deployer.turn import in_turn

    open_region = opener(account, options["profile"], options["sandbox"])
    return in_turn(open_region, stack, _report().as_json) if options.get("wait") else open_region


def _choice(options: Mapping[str, Any]) -> Choice:
    from deployer.publish import Choice

    return Choice(options["bucket"], options["parameters"], role=options["role"] or "")


def _show(planned: Plan, yes: bool, shown: Shown) -> None:
    """Show a plan about which somebody is asked; a machine that is not asked has it in the outcome alone."""
    from deployer.plan_view import plan_text

    as_json = _report().as_json
    if not as_json or not (planned.empty or yes):
        click.echo(plan_text(planned, shown), nl=False, err=as_json)


def _approvals(given: Sequence[str]) -> Approvals:
    """The names given as options; on a terminal somebody is asked for the others."""
    from deployer.approval import Approvals

    return Approvals(given, _typed if sys.stdin.isatty() else None)


def _typed(name: str, risks: Sequence[Risk]) -> bool:
    """Whether somebody types the name of what they are about to lose."""
    for risk in risks:
        click.echo(f"{name}: {risk.text}", err=True)
    try:
        return bool(click.prompt(f"Type {name} to approve", default="", show_default=False, err=True).strip() == name)
    except click.Abort:
        click.echo(err=True)
        return False


def _ask(question: str) -> None:
    """Go on with a yes only: no answer, as in a pipeline, is none."""
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        click.echo(err=True)
        agreed = False
    if not agreed:
        raise not_confirmed(question)


def _followed(outcome: Outcome) -> Outcome:
    """An outcome, shown to people as soon as it is there."""
    from deployer.outcome_view import outcome_lines, result_lines

    if not _report().as_json:
        _print(outcome_lines(outcome), err=not outcome.succeeded)
        _print(result_lines(outcome))
    return outcome


def _end(outcomes: Sequence[Outcome], **more: Any) -> None:
    """All outcomes for machines, with `more` about them, and the status of a failure if there is one."""
    report = _report()
    if report.as_json:
        report.diagnostics += (found for outcome in outcomes for found in outcome.diagnostics)
        report.end({**more, "outcomes": [outcome.to_json() for outcome in outcomes]})
    if not all(outcome.succeeded for outcome in outcomes):
        raise SystemExit(FAILED)


if __name__ == "__main__":
    main()
