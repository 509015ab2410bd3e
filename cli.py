"""The command line: options in, one call, print, exit status.

Here are the commands of the compiler and the linter; those of `deployer/commands/` are found by their names. What a
command needs is imported when it runs, so that `validate` never waits for boto3, cfn-lint or rich.
"""

from __future__ import annotations

import atexit
import gc
import importlib
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import click

import deployer.commands
from compiler.source.diagnostics import SpecError
from deployer.command_line import arguments, gate
from deployer.command_line.answers import print_lines, running_report
from deployer.command_line.completion import component_names
from deployer.command_line.interrupts import keep_interrupts
from deployer.command_line.streams import kept_streams, refuse_deleted_folder
from deployer.errors import DeployError, unwatched

# A command is short: what it makes, it keeps. Looking for garbage all the while, and once more at the end, costs a
# third of its time.
gc.set_threshold(1_000_000)
atexit.register(gc.freeze)

FAULTY = 1


class _Group(click.Group):
    """The commands of this file and of `deployer/commands/`.

    Errors end every command the same way: all are reported, and the exit status is that of their kind.
    """

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted((*super().list_commands(context), *_found()))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        module = _found().get(name)
        if not module:
            return super().get_command(context, name)
        command: click.Command = importlib.import_module(module).command
        return command

    def main(self, *arguments: Any, **options: Any) -> Any:
        with kept_streams():
            return super().main(*arguments, **options)

    def invoke(self, context: click.Context) -> Any:
        keep_interrupts()
        try:
            refuse_deleted_folder()
            return super().invoke(context)
        except (SpecError, DeployError) as problem:
            running_report().fail(problem.diagnostics)
            context.exit(problem.exit_code if isinstance(problem, DeployError) else FAULTY)
        except KeyboardInterrupt:
            stopped = unwatched()
            running_report().fail(stopped.diagnostics)
            context.exit(stopped.exit_code)


def _found() -> dict[str, str]:
    """The module of each command of `deployer/commands/`; one that Python keeps a word for itself ends with `_`."""
    prefix = f"{deployer.commands.__name__}."
    modules = iter_modules(deployer.commands.__path__, prefix)
    return {module.name.removeprefix(prefix).rstrip("_"): module.name for module in modules}


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="stackwright", prog_name="stackwright")
def main() -> None:
    """Compile one YAML file that describes a platform into nested CloudFormation templates, and deploy it."""


@main.command()
@arguments.spec
@arguments.environments
@arguments.strict
@gate.report_format
def validate(spec: str, environments: tuple[str, ...]) -> None:
    """Check a spec: its syntax, its settings and how its components fit together. Writes nothing.

    Example: stackwright validate spec/rayman-portfolio.yaml --env dev
    """
    from compiler.pipeline import check_spec

    checked = check_spec(spec, environments)
    running_report().ignored += (found for one in checked for found in one.ignored)
    running_report().show_warnings(found for one in checked for found in one.warnings)
    names = [one.document.data["environment"] for one in checked]
    running_report().end({"environments": names}, [f"{spec}: valid in {', '.join(names)}"])


@main.command()
@arguments.spec
@arguments.environment
@arguments.strict
@arguments.report_format
def resolve(spec: str, environment: str) -> None:
    """Print the full spec of one environment, with its overrides merged and every default written out.

    Example: stackwright resolve spec/rayman-portfolio.yaml --env prod
    """
    from compiler.language.schema import load_schema
    from compiler.pipeline import check_spec
    from compiler.program.effective import effective, yaml_text

    (checked,) = check_spec(spec, (environment,))
    running_report().show_warnings(checked.warnings, shown=False)
    data = effective(checked.document, load_schema())
    running_report().end_data(data, [yaml_text(data).removesuffix("\n")])


@main.command()
def schema() -> None:
    """Print the JSON Schema of a spec, for an editor.

    Example: stackwright schema > platform.schema.json
    """
    from compiler.language.editor import editor_text
    from compiler.language.schema import load_schema

    click.echo(editor_text(load_schema()), nl=False)


@main.command()
@arguments.spec
@arguments.environment
@click.option("--out", metavar="FILE", type=arguments.FileToWrite(), help="File to write to, instead of printing.")
@click.option("--check", is_flag=True, help="Write nothing; fail if FILE differs from the output.")
@arguments.strict
@arguments.report_format
def runbook(spec: str, environment: str, out: Path | None, check: bool) -> None:
    """Print the runbook of a recovery in another region: what is lost, and the steps in order, as Markdown.

    Example: stackwright runbook spec/shop.yaml --env prod --out docs/recovery-prod.md
    """
    from compiler.language.schema import load_schema
    from compiler.pipeline import check_spec
    from compiler.stacks.differences import file_differences
    from compiler.stacks.emit import write
    from reviewer.runbook import runbook as written

    if check and not out:
        raise click.UsageError("--check compares with a file: name it with --out")
    (checked,) = check_spec(spec, (environment,))
    running_report().show_warnings(checked.warnings)
    lines = written(checked, load_schema())
    if not out:
        running_report().end({"runbook": lines}, lines)
        return
    files = {out.name: "".join(f"{line}\n" for line in lines).encode()}
    if not check:
        write(files, str(out.parent), ())
        running_report().end({"file": str(out)}, [f"{out}: {len(lines)} lines"])
        return
    differences = [str(one) for one in file_differences(files, str(out.parent), ())]
    running_report().end({"differences": differences}, differences or [f"{out}: up to date with {spec}"])
    if differences:
        click.echo(f"run: stackwright runbook {spec} --env {environment} --out {out}", err=True)
        raise SystemExit(FAULTY)


@main.command(name="compile")
@arguments.spec
@arguments.environments
@click.option("--out", default="templates_out", show_default=True, type=click.Path(), help="Folder to write to.")
@click.option("--check", is_flag=True, help="Write nothing; fail if files on disk differ from the output.")
@click.option("--template-format", type=click.Choice(["json", "yaml"]), default="json", help="Format of the templates.")
@arguments.strict
@gate.report_format
def compile_command(spec: str, environments: tuple[str, ...], out: str, check: bool, template_format: str) -> None:
    """Write the CloudFormation templates and the manifest of each environment.

    Example: stackwright compile spec/rayman-portfolio.yaml
    """
    from compiler.language.schema import load_schema
    from compiler.meaning.lock import read_lock
    from compiler.pipeline import compile_spec
    from compiler.stacks.compiled_view import compiled_lines, compiled_rows
    from compiler.stacks.differences import command_again, difference_diagnostics, file_differences, mending_lines
    from compiler.stacks.emit import owned, render, write
    from compiler.stacks.recorded import GROWING, RECORDED, LockUpdate

    compiled = compile_spec(spec, environments, RECORDED if check else GROWING)
    running_report().ignored += (found for one in compiled for found in one.ignored)
    running_report().show_warnings(found for one in compiled for found in one.warnings)
    files, folders = render(compiled, template_format), owned(compiled, out, whole=not environments)
    lock = LockUpdate(read_lock(spec, load_schema()), compiled, whole=not environments)
    if not check:
        lock.write()
        write(files, out, folders)
        running_report().end({"environments": compiled_rows(compiled, out)}, compiled_lines(compiled, out))
        return
    from linter.gate import refuse_invalid

    differences, report = [*file_differences(files, out, folders), *lock.differences()], running_report()
    report.ignored += refuse_invalid(compiled)
    again = command_again(spec, environments, out, template_format)
    report.quiet &= not differences
    if report.form:
        report.diagnostics += difference_diagnostics(spec, differences, again)
    told = {"differences": [*map(str, differences)], "files": [one.to_json() for one in differences]}
    report.end(told, [*map(str, differences)] or [f"{out}: up to date with {spec}"])
    if differences:
        print_lines(mending_lines(differences, again, out), err=True)
        raise SystemExit(FAULTY)


@main.command()
@arguments.spec
@arguments.environments
@click.option(
    "--again",
    multiple=True,
    metavar="COMPONENT",
    shell_complete=component_names,
    help="Place COMPONENT anew; can be repeated.",
)
@click.option(
    "--out", default="templates_out", show_default=True, type=click.Path(), help="Compiled templates to read."
)
@arguments.quiet
@arguments.report_format
def place(spec: str, environments: tuple[str, ...], again: tuple[str, ...], out: str) -> None:
    """Record in the lock file the nested stacks of layers that are too large for one.

    What the lock file has, or else the templates in --out, stays where it is. Needed when a layer outgrows one stack,
    when a merge left two versions of the lock file, and to place a component anew, which replaces its resources.

    Example: stackwright place spec/rayman-portfolio.yaml --env prod
    """
    from compiler.language.schema import load_schema
    from compiler.meaning.lock import merge_lock, read_lock
    from compiler.pipeline import compile_spec
    from compiler.stacks.place import May
    from compiler.stacks.placed_view import placed_lines, placed_rows
    from compiler.stacks.recorded import LockUpdate, Placing, unknown_components, written_before

    merge_lock(spec)
    unknown = unknown_components(read_lock(spec, load_schema()), again)
    if unknown:
        raise click.BadParameter(unknown, param_hint="--again")
    placing = Placing(May.ALL, frozenset(again), written_before(spec, out))
    compiled = compile_spec(spec, environments, placing)
    lock = LockUpdate(read_lock(spec, load_schema()), compiled, whole=not environments)
    lock.write()
    running_report().end({"file": lock.file, "environments": placed_rows(compiled)}, placed_lines(compiled, lock.file))


@main.command()
@arguments.spec
@arguments.environments
@gate.policies
@arguments.strict
@gate.report_format
def lint(spec: str, environments: tuple[str, ...], policies: tuple[Any, ...], seconds: int) -> None:
    """Run cfn-lint on the compiled templates; fail on its errors and warnings, and on warnings of the spec.

    Example: stackwright lint spec/rayman-portfolio.yaml --env prod
    """
    from compiler.pipeline import compile_spec
    from linter.gate import judge
    from linter.policies_run import asked

    report = running_report()
    report.stops_at |= {"warning"}
    run = asked(policies, seconds)
    judged = judge(compile_spec(spec, environments, trace=True), whole=not environments, policies=run)
    report.diagnostics += judged.diagnostics
    report.ignored += judged.ignored
    report.end({}, () if report.diagnostics else ["no findings"], findings=True)
    if report.failing:
        raise SystemExit(FAULTY)


if __name__ == "__main__":
    main()
