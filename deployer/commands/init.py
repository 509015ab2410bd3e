"""`stackwright init`."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report

if TYPE_CHECKING:
    from deployer.starter.starter import Wish

_TEMPLATES = ("web", "worker", "static-site", "serverless-api")
_SYSTEMS = ("github", "gitlab", "none")


@click.command("init")
@click.option("--template", type=click.Choice(_TEMPLATES), help="What the platform is; asked for if left out.")
@click.option("--name", metavar="NAME", help="Name of the platform. Default: that of the folder.")
@click.option("--region", metavar="REGION", help="AWS region. Default: us-east-1.")
@click.option("--ci", type=click.Choice(_SYSTEMS), help="The system that checks and deploys. Default: github.")
@arguments.report_format
def command(template: str | None, name: str | None, region: str | None, ci: str | None) -> None:
    """Begin a platform: write its spec, the workflow of CI, and what goes with them. Overwrites nothing.

    On a terminal it asks for what no option says. Run it at the root of the repository.

    Example: stackwright init --template web --name shop --region eu-central-1
    """
    from compiler.language.schema import load_schema
    from deployer.ci.pipeline import spec_below
    from deployer.starter.new_files import write_new
    from deployer.starter.starter import files_of

    wish = _wish({"template": template, "name": name, "region": region, "ci": ci})
    if wish.ci != "none":
        spec_below(Path.cwd(), wish.spec)
    made = write_new(files_of(wish, load_schema()), Path.cwd())
    steps = [f"next: stackwright compile {wish.spec}, then commit all of it"] if made else ["nothing to write"]
    running_report().end({"files": list(made)}, [*(f"{file}: written" for file in made), *steps])


def _wish(given: dict[str, str | None]) -> Wish:
    """What the options say, and on a terminal the answers for the rest."""
    from deployer.starter.starter import Wish, usual_name

    usual = {"template": _TEMPLATES[0], "name": usual_name(Path.cwd()), "region": "us-east-1", "ci": _SYSTEMS[0]}
    asking = sys.stdin.isatty()
    if not asking and given["template"] is None:
        raise click.UsageError(f"nobody is there to answer: give --template, one of {', '.join(_TEMPLATES)}")
    wish = Wish(**usual)
    for setting in usual:
        value = given[setting]
        if value is not None:
            wish = replace(wish, **{setting: value})
            _check(wish, f"--{setting}")
        elif asking:
            wish = _asked(wish, setting)
    return wish


_QUESTIONS = {
    "template": "What is the platform?",
    "name": "What is it called?",
    "region": "In which AWS region?",
    "ci": "Which system checks and deploys it?",
}
_CHOICES = {"template": _TEMPLATES, "ci": _SYSTEMS}


def _asked(wish: Wish, setting: str) -> Wish:
    """The wish with an answer that holds; somebody is asked again until there is one."""

    def checked(value: str) -> Wish:
        answered = replace(wish, **{setting: value})
        _check(answered, "")
        return answered

    choices = _CHOICES.get(setting)
    usual = getattr(wish, setting)
    if choices:
        answer = click.prompt(_QUESTIONS[setting], type=click.Choice(choices), default=usual, err=True)
        return replace(wish, **{setting: answer})
    found: Wish = click.prompt(_QUESTIONS[setting], default=usual, value_proc=checked, err=True)
    return found


def _check(wish: Wish, option: str) -> None:
    """Raises what names the option, or asks again, for an answer that a spec can't have, or that it warns of."""
    from compiler.source.diagnostics import SpecError
    from deployer.starter.starter import checked

    try:
        found = [warning for one in checked(wish) for warning in one.warnings]
    except SpecError as problem:
        found = [*problem.diagnostics]
    if found:
        told = f"{found[0].message}{f' ({found[0].suggestion})' if found[0].suggestion else ''}"
        raise click.BadParameter(told, param_hint=option or None)
