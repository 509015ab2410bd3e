"""`stackwright graph`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from deployer.command_line import arguments
from deployer.command_line.answers import running_report
from deployer.command_line.completion import component_names

_LAYER = "Who uses whom; what of that keeps or passes on data; or which ports are open, computed from the resources."
_FORM = "Mermaid for Markdown, DOT for Graphviz, SVG for pages."


@click.command("graph")
@arguments.spec
@arguments.environment
@click.option("--layer", type=click.Choice(["uses", "data", "network"]), default="uses", show_default=True, help=_LAYER)
@click.option("--around", metavar="COMPONENT", shell_complete=component_names, help="Draw only what is near COMPONENT.")
@click.option("--depth", type=click.IntRange(min=1), default=1, show_default=True, help="Links from it, with --around.")
@click.option(
    "--format", "form", type=click.Choice(["mermaid", "dot", "svg"]), default="mermaid", show_default=True, help=_FORM
)
@click.option("--output", metavar="FILE", type=arguments.FileToWrite(), help="Write to FILE; - prints.")
def command(spec: str, environment: str, form: str, output: Path | None, **wish: Any) -> None:
    """Draw one environment: its components, who uses whom with which verb, and which ports are open.

    Example: stackwright graph spec/rayman-portfolio.yaml --env prod --around services.web
    """
    from compiler.pipeline import program_of
    from reviewer.graph.draw import FORMS, Wish, picture, write_picture

    given = click.get_current_context().get_parameter_source("depth")
    if given is not ParameterSource.DEFAULT and wish["around"] is None:
        raise click.UsageError("--depth counts from a component: name it with --around")
    text = FORMS[form](picture(*program_of(spec, environment), Wish(**wish)))
    if output in (None, Path("-")):
        click.echo(text, nl=False)
        return
    write_picture(text, output)
    running_report().end({"file": str(output)}, [str(output)])
