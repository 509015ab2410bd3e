"""Options of the commands that CI systems run: formats of reports, and the rules of other tools."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from deployer.command_line.answers import running_report
from deployer.command_line.arguments import Command, FileToWrite, quiet

if TYPE_CHECKING:
    from linter.policy.tools import Policy


FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab")


def report_format(command: Command) -> Command:
    """`--format` and `--output` of the commands that CI systems run."""

    def choose(context: click.Context, _option: click.Parameter, value: str) -> None:
        report = running_report()
        report.command, report.as_json = context.info_name or "", value == "json"
        if value not in ("text", "json"):
            report.form = lambda told: str(importlib.import_module(f"linter.formats.{value}").render(told))

    def write_to(_context: click.Context, _option: click.Parameter, value: Path | None) -> None:
        running_report().file = None if value == Path("-") else value

    about = "Report as text for people, as JSON, or in the format of a CI system."
    form = click.option(
        "--format", type=click.Choice(FORMATS), default="text", callback=choose, expose_value=False, help=about
    )
    file = click.option(
        "--output",
        metavar="FILE",
        type=FileToWrite(allow_dash=True),
        callback=write_to,
        expose_value=False,
        help="Write the report to FILE in that format, and print it as text; - prints the report.",
    )
    return form(file(quiet(command)))


class _PolicyChoice(click.ParamType["Policy"]):
    """``checkov``, ``cfn-guard`` or ``cfn-guard=RULES``."""

    name = "policy"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Policy:
        from linter.policy.tools import Policy
        from linter.rule_owner import GUARD, POLICIES

        tool, given, rules = str(value).partition("=")
        if tool not in POLICIES:
            self.fail(f"'{tool}' is none of {', '.join(POLICIES)}", parameter, context)
        if given and tool != GUARD:
            self.fail(f"{tool} takes no rules of its own: write {tool}", parameter, context)
        if given and not rules:
            self.fail(f"'{value}' has no RULES after the sign", parameter, context)
        return Policy(tool, Path(rules) if rules else None)

    def shell_complete(
        self, context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from linter.rule_owner import POLICIES

        return [CompletionItem(name) for name in POLICIES if name.startswith(incomplete)]


def policies(command: Command) -> Command:
    """Which policies are run, and how long each may take."""
    about = "Run the rules of checkov or cfn-guard, installed apart, over the linked platform too; can be repeated."
    tool = click.option("--policy", "policies", multiple=True, type=_PolicyChoice(), metavar="TOOL[=RULES]", help=about)
    limit = click.option(
        "--policy-timeout",
        "seconds",
        type=click.IntRange(min=1),
        default=600,
        show_default=True,
        metavar="SECONDS",
        help="How long each of them may take.",
    )
    return tool(limit(command))
