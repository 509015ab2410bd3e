"""What a command asks before it acts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from deployer.command_line.answers import print_lines, running_report
from deployer.errors import not_confirmed

if TYPE_CHECKING:
    from deployer.approval import Approvals
    from deployer.plan import Plan
    from reviewer.change import Risk
    from reviewer.view import Shown


def show(planned: Plan, yes: bool, shown: Shown) -> None:
    """Show a plan about which somebody is asked; a machine that is not asked has it in the outcome alone."""
    from deployer.plan_view import plan_text

    as_json = running_report().as_json
    if not as_json or not (planned.empty or yes):
        print_lines(plan_text(planned, shown).splitlines(), err=as_json)


def approvals(given: Sequence[str]) -> Approvals:
    """The names given as options; on a terminal somebody is asked for the others."""
    from deployer.approval import Approvals

    return Approvals(given, _typed if sys.stdin.isatty() else None)


def agreeing(yes: bool, approved: Sequence[str], shown: Shown) -> Callable[[Plan], None]:
    """What shows a plan, and goes on only when it is approved and agreed to."""
    from deployer.approval import approve

    def agree(planned: Plan) -> None:
        show(planned, yes, shown)
        approve([planned.review], approvals(approved))
        if not planned.empty and not yes:
            ask(f"Execute these {len(planned.later) + 1} change sets?" if planned.later else "Execute this change set?")

    return agree


def _typed(name: str, risks: Sequence[Risk]) -> bool:
    """Whether somebody types the name of what they are about to lose."""
    for risk in risks:
        click.echo(f"{name}: {risk.text}", err=True)
    try:
        return bool(click.prompt(f"Type {name} to approve", default="", show_default=False, err=True).strip() == name)
    except click.Abort:
        click.echo(err=True)
        return False


def ask(question: str) -> None:
    """Go on with a yes only: no answer, as in a pipeline, is none."""
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        click.echo(err=True)
        agreed = False
    if not agreed:
        raise not_confirmed(question)
