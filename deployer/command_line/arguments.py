"""Options and arguments that several commands take; each is a decorator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from deployer.command_line.answers import running_report
from deployer.command_line.completion import component_names, environment_names

Command = TypeVar("Command", bound=Callable[..., Any])


class FileToWrite(click.Path):
    """A file that a command writes, as a `Path`: not the spec that it reads."""

    def __init__(self, allow_dash: bool = False) -> None:
        super().__init__(dir_okay=False, allow_dash=allow_dash, path_type=Path)

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Path:
        file = Path(str(super().convert(value, parameter, context)))
        spec = Path(context.params.get("spec") or "-") if context else Path("-")
        if file.is_file() and spec.is_file() and file.samefile(spec):
            self.fail(f"'{value}' is the spec, which would be overwritten: name another file", parameter, context)
        return file


def spec(command: Command) -> Command:
    """It is read before the options, for `FileToWrite`."""

    def choose(_context: click.Context, _argument: click.Parameter, value: str) -> str:
        running_report().subject = value
        return value

    return click.argument("spec", metavar="SPEC", type=click.Path(), callback=choose, is_eager=True)(command)


def environments(command: Command) -> Command:
    about = "Environment to work on; can be repeated. Default: all environments."
    return click.option(
        "--env", "-e", "environments", multiple=True, metavar="ENV", shell_complete=environment_names, help=about
    )(command)


def environment(command: Command) -> Command:
    return click.option(
        "--env",
        "-e",
        "environment",
        required=True,
        metavar="ENV",
        shell_complete=environment_names,
        help="The environment.",
    )(command)


def report_format(command: Command) -> Command:
    def choose(_context: click.Context, _option: click.Parameter, value: str) -> None:
        running_report().as_json = value == "json"

    option = click.option(
        "--format",
        type=click.Choice(["text", "json"]),
        default="text",
        callback=choose,
        expose_value=False,
        help="Report as text for people or as JSON for machines.",
    )
    return option(command)


def quiet(command: Command) -> Command:
    def choose(_context: click.Context, _option: click.Parameter, value: bool) -> None:
        running_report().quiet = value

    about = "Print nothing but what the command fails at."
    return click.option("--quiet", "-q", is_flag=True, callback=choose, expose_value=False, help=about)(command)


def strict(command: Command) -> Command:
    def choose(_context: click.Context, _option: click.Parameter, value: bool) -> None:
        running_report().strict = value

    about = "Fail on warnings of the spec too."
    return click.option("--strict", is_flag=True, callback=choose, expose_value=False, help=about)(command)


def where(command: Command) -> Command:
    sandbox = click.option("--sandbox", is_flag=True, help="Work on the embedded sandbox instead of AWS.")
    profile = click.option("--profile", metavar="NAME", help="AWS profile. Default: the AWS SDK's own settings.")
    return sandbox(profile(command))


def wait(command: Command) -> Command:
    about = "Wait for the end of an operation that runs on the stack, instead of stopping."
    return click.option("--wait", is_flag=True, help=about)(command)


def shown(command: Command) -> Command:
    everything = click.option("--all", "everything", is_flag=True, help="Show every component, resource and property.")
    return everything(
        click.option("--raw", is_flag=True, help="Show CloudFormation's change set row by row too.")(command)
    )


def review_file(command: Command) -> Command:
    about = "Write the review to a file too, in the form of its suffix: .md, .html, .json or .txt; can be repeated."
    kind = click.Path(path_type=Path)
    return click.option("--review", "files", multiple=True, type=kind, callback=_forms, metavar="FILE", help=about)(
        command
    )


def approve(command: Command) -> Command:
    about = "Component whose data may be removed or replaced, as queues.jobs; can be repeated. --yes never says so."
    return click.option(
        "--approve", "approved", multiple=True, metavar="COMPONENT", shell_complete=component_names, help=about
    )(command)


def made_of(command: Command) -> Command:
    """What a spec that is made of a template gets beside it."""
    environment = click.option(
        "--env", "environment", metavar="ENV", default="prod", show_default=True, help="Environment of the spec."
    )
    about = "File to write, which must not be there. Default: spec/PLATFORM.yaml."
    out = click.option("--out", metavar="FILE", help=about)
    about = "A parameter's value instead of its default, or of the one that the stack has; can be repeated."
    values = click.option("--parameter", "parameters", multiple=True, metavar="NAME=VALUE", callback=_pairs, help=about)
    return environment(out(values(command)))


def upload(command: Command) -> Command:
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


def drift(command: Command) -> Command:
    about = "Detect drift before, which takes minutes, instead of reading the last results."
    detect = click.option("--drift", "detect_drift", is_flag=True, help=about)
    back = "Bring back what was changed outside of CloudFormation to what the templates want."
    return detect(click.option("--revert-drift", is_flag=True, help=back)(command))


def of_fleets(command: Command) -> Command:
    about = "Of a fleet: try failed stacks again, with the template that the stack set has, and nothing else."
    return retain_stacks(click.option("--retry-failed", is_flag=True, help=about)(command))


def retain_stacks(command: Command) -> Command:
    about = "Of a fleet: leave stacks where they are that no longer belong to it, instead of removing them."
    return click.option("--retain-stacks", is_flag=True, help=about)(command)


def bucket(command: Command) -> Command:
    about = "S3 bucket for templates, code and the history. Default: stackwright-ACCOUNT-REGION, created if missing."
    return click.option("--bucket", metavar="NAME", help=about)(command)


def check_files(files: Sequence[Path], plan_file: Path | None) -> None:
    """Raises what ends the command when a file that it is to write can't be, before it makes a change set for it."""
    from deployer.plan_file import check_plan_file
    from reviewer.files import check_writable

    check_writable(files)
    if plan_file:
        check_plan_file(plan_file)


class Counted(click.ParamType[int]):
    """A whole number from 1 on; `about` says of what, and where to find one."""

    name = "integer"

    def __init__(self, about: str) -> None:
        self.about = about

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> int:
        if not str(value).isdecimal() or int(value) < 1:
            self.fail(f"'{value}' is not {self.about}", parameter, context)
        return int(value)


RECORD = Counted("the number of a record: expected 1 or more, as `history` lists them")


def _forms(_context: click.Context, _parameter: click.Parameter, files: tuple[Path, ...]) -> tuple[Path, ...]:
    from reviewer.files import FORMS

    wrong = [str(file) for file in files if file.suffix not in FORMS]
    if wrong:
        raise click.BadParameter(f"'{wrong[0]}' ends with none of {', '.join(FORMS)}")
    return files


def _pairs(_context: click.Context, _parameter: click.Parameter, values: Sequence[str]) -> dict[str, str]:
    wrong = [value for value in values if "=" not in value]
    if wrong:
        raise click.BadParameter(f"'{wrong[0]}' is not NAME=VALUE")
    return dict(value.split("=", 1) for value in values)
