"""`stackwright diff`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report
from deployer.command_line.fleets import reviews_of_fleet
from deployer.command_line.roots import compiled_roots, opener_of

if TYPE_CHECKING:
    from compiler.stacks.compiled import Compiled
    from reviewer.change import Review


@click.command("diff")
@arguments.spec
@arguments.environment
@click.option(
    "--against",
    metavar="REV|DIR|deployed|nothing",
    default="HEAD",
    show_default=True,
    help="A Git revision, a folder with templates or another version of the spec, what is deployed, or nothing.",
)
@arguments.where
@arguments.shown
@arguments.review_file
@arguments.strict
@arguments.report_format
def command(spec: str, environment: str, against: str, files: tuple[Path, ...], **options: Any) -> None:
    """Show what the spec would change, by comparing two compiles. Uploads and creates nothing.

    Example: stackwright diff spec/rayman-portfolio.yaml --env prod --against main
    """
    from reviewer.files import write_reviews
    from reviewer.view import on_terminal, render

    roots = compiled_roots(spec, environment, shown=True, fleets=True)
    reviews = _compared(roots, spec, against, options)
    write_reviews(reviews, files)
    shown = on_terminal(options["everything"], options["raw"])
    lines = (render(review, shown).removesuffix("\n") for review in reviews)
    running_report().end({"reviews": [review.to_json() for review in reviews]}, lines)


def _compared(roots: Sequence[Compiled], spec: str, against: str, options: Mapping[str, Any]) -> Sequence[Review]:
    """The reviews of an environment's roots against what is deployed, or offline against another state."""
    if against == "deployed" and roots[0].fleet:
        return reviews_of_fleet(roots[0], options)
    if against == "deployed":
        from deployer.compare_deployed import reviews_of_deployed

        return reviews_of_deployed(roots, Path(spec).parent, opener_of(roots[0].account, options))
    from reviewer.comparison import reviews_against
    from reviewer.earlier import earlier

    return reviews_against(roots, earlier(spec, roots[0], against))
