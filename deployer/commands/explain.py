"""`explain`: what a word of the language means, and what a component or one use of it became."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report
from deployer.command_line.completion import environment_names, subjects

if TYPE_CHECKING:
    from compiler.meaning.edges import Checked


@click.command(name="explain")
@click.argument("words", metavar="[SPEC] SUBJECT", nargs=-1, required=True, shell_complete=subjects)
@click.option(
    "--env",
    "-e",
    "environment",
    metavar="ENV",
    shell_complete=environment_names,
    help="The environment; needed where a spec has several.",
)
@arguments.report_format
def command(words: tuple[str, ...], environment: str | None) -> None:
    """Explain a section, a setting or a code; with a spec, a component, a setting or a use of it, or a group.

    \b
    stackwright explain queues                            a section
    stackwright explain queues.retention_days             a setting, a verb, an attribute or an alarm
    stackwright explain image-tag                         a code of an error or a warning, also of cfn-lint
    stackwright explain SPEC services.web --env prod      what a component became
    stackwright explain SPEC services.web.uses.main       what one word of `uses` became

    Example: stackwright explain spec/rayman-portfolio.yaml services.web.uses.main --env prod
    """
    from compiler.language.schema import load_schema

    *spec, subject = words
    if len(spec) > 1:
        raise click.UsageError("name one thing: [SPEC] SUBJECT")
    if spec:
        from reviewer.explain.subject import explain_spec

        topic = explain_spec(_checked(spec[0], environment), load_schema(), subject)
    else:
        from reviewer.explain.words import explain_word

        if subject.endswith((".yaml", ".yml")):
            raise click.UsageError(f"name a component of {subject}: stackwright explain {subject} COMPONENT")
        topic = explain_word(subject, load_schema(), _rule)
    running_report().end(topic.about, topic.lines)


def _rule(code: str) -> Sequence[str]:
    """What cfn-lint or our own rules say of a rule; loading them takes a second."""
    from linter.rule import rule_lines

    return rule_lines(code)


def _checked(spec: str, environment: str | None) -> Checked:
    """The environment of a spec that is meant."""
    from compiler.pipeline import check_spec

    checked = check_spec(spec, (environment,) if environment else ())
    if len(checked) > 1:
        names = ", ".join(one.document.data["environment"] for one in checked)
        raise click.UsageError(f"{spec} has the environments {names}: choose one with --env")
    return checked[0]
