"""`stackwright import`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import end, followed, print_lines, running_report
from deployer.command_line.questions import ask, show
from deployer.command_line.roots import choice_of, linted, opener_of

if TYPE_CHECKING:
    from deployer.environment import Open
    from deployer.importing.everywhere import Importing
    from deployer.importing.targets import Wanted
    from deployer.plan import Plan


_DONE = "nothing to import: all of it is in the platform's stacks"


def _wishes(_context: click.Context, _argument: click.Parameter, values: Sequence[str]) -> tuple[Wanted, ...]:
    from deployer.importing.targets import wanted

    found = [wanted(value) for value in values]
    for value, wish in zip(values, found, strict=True):
        if wish is None:
            raise click.BadParameter(f"'{value}' is not COMPONENT=IDENTIFIER or COMPONENT/LOGICAL_ID=IDENTIFIER")
    return tuple(wish for wish in found if wish)


@click.command("import")
@arguments.spec
@arguments.environment
@click.argument("wishes", metavar="COMPONENT=IDENTIFIER...", nargs=-1, required=True, callback=_wishes)
@arguments.where
@arguments.wait
@arguments.upload
@click.option("--region", metavar="REGION", help="The region, where a component has resources in several.")
@click.option("--yes", is_flag=True, help="Do not ask before executing.")
@click.option("--out", "plan_file", metavar="PLAN", type=arguments.FileToWrite(), help="Save the plan for `apply`.")
@arguments.shown
@arguments.review_file
@arguments.strict
@arguments.report_format
def command(spec: str, environment: str, wishes: tuple[Wanted, ...], region: str | None, **options: Any) -> None:
    """Bring existing resources under the platform, after a review; changes no setting of them.

    Example: stackwright import spec/rayman-portfolio.yaml --env dev queues.processing=jobs-by-hand
    """
    from deployer.importing.everywhere import Importing, refuse_unsaved
    from deployer.importing.targets import targets

    arguments.check_files(options["files"], options["plan_file"])
    roots = linted(spec, environment)
    if not options["plan_file"]:
        refuse_unsaved(roots[0], _repeated(spec, environment, wishes))
    importing = Importing(roots, targets(roots, wishes, region or ""), choice_of(options))
    open_region = opener_of(roots[0].account, options, roots[0].stack_name)
    if options["plan_file"]:
        _save(importing, open_region, options)
        return
    _import(importing, open_region, options)
    if not running_report().as_json:
        print_lines([f"next: stackwright deploy {spec} --env {environment}"])


def _repeated(spec: str, environment: str, wishes: Sequence[Wanted]) -> str:
    told = " ".join(f"{one}={one.value}" for one in wishes)
    return f"stackwright import {spec} --env {environment} {told}"


def _save(importing: Importing, open_region: Open, options: dict[str, Any]) -> None:
    from deployer.console import busy
    from deployer.importing.everywhere import plan_imports
    from deployer.plan_file import write_plan
    from deployer.plan_view import plans_lines
    from reviewer.files import write_reviews
    from reviewer.view import on_terminal

    with busy("planning"):
        planned, further = plan_imports(importing, open_region)
    if not planned.plans:
        running_report().end({**planned.to_json(), "further": False}, [_DONE])
        return
    write_plan(planned, options["plan_file"])
    write_reviews([one.review for one in planned.plans], options["files"])
    shown = on_terminal(options["everything"], options["raw"])
    lines = [*plans_lines(planned, options["plan_file"], shown)]
    again = ["then run the same import again: it can be planned once these stacks exist"] if further else []
    running_report().end({**planned.to_json(), "further": further}, [*lines, *again])


def _import(importing: Importing, open_region: Open, options: dict[str, Any]) -> None:
    from deployer.console import reporting
    from deployer.importing.everywhere import import_all
    from reviewer.files import write_reviews
    from reviewer.view import on_terminal

    quiet, shown = running_report().as_json, on_terminal(options["everything"], options["raw"])

    def agree(plans: Sequence[Plan]) -> None:
        write_reviews([one.review for one in plans], options["files"])
        for plan in plans:
            show(plan, options["yes"], shown)
        if not options["yes"]:
            ask("Execute this change set?" if len(plans) == 1 else f"Execute these {len(plans)} change sets?")

    outcomes = [followed(outcome) for outcome in import_all(importing, open_region, agree, lambda: reporting(quiet))]
    if not outcomes and not quiet:
        print_lines([_DONE])
    end(outcomes)
