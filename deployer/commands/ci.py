"""`stackwright ci`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report

if TYPE_CHECKING:
    from compiler.meaning.edges import Checked
    from deployer.ci.pipeline import Pipeline
    from deployer.ci.previews import Preview

_BRANCH = re.compile(r"\w[\w./-]*")
"""Names of branches without what an expression or a pattern would read."""


def _branch(_context: click.Context, _option: click.Parameter, value: str) -> str:
    if not _BRANCH.fullmatch(value):
        raise click.BadParameter(f"'{value}' is not the name of a branch: expected letters, digits and ./_-")
    return value


@click.command("ci")
@click.argument("system", type=click.Choice(["github", "gitlab"]))
@arguments.spec
@arguments.environments
@click.option("--branch", default="main", show_default=True, callback=_branch, help="What is merged there is deployed.")
@click.option(
    "--install", metavar="PACKAGE", help="Where jobs install Stackwright from. Default: this version by number."
)
@click.option("--out", metavar="FILE", help="File to write. Default: where the system looks for it.")
@click.option("--check", is_flag=True, help="Write nothing; fail if the file is not what would be written.")
@click.option("--force", is_flag=True, help="Overwrite a file that was changed by hand, or written by others.")
@arguments.report_format
def command(system: str, spec: str, check: bool, force: bool, **options: Any) -> None:
    """Write the workflow of a CI system: checks and reviews of changes, and their deployment after the merge.

    It checks and reviews a pull or merge request, and after the merge it plans each environment, waits for an
    approval, and applies the plan that was reviewed. Run it at the root of the repository.

    Example: stackwright ci github spec/rayman-portfolio.yaml
    """
    from deployer.ci import written
    from deployer.ci.systems import written as written_by

    pipeline = _pipeline(system, spec, options)
    usual, wanted = written_by(system, pipeline)
    file = Path(options["out"] or usual)
    if check:
        written.check(file, wanted, pipeline.command)
        running_report().end({"file": str(file), "changed": False}, [f"{file}: up to date with {spec}"])
        return
    changed = written.put(file, wanted, force)
    told = f"{file}: {'written' if changed else 'nothing to change'}"
    running_report().end({"file": str(file), "changed": changed}, [told])


def _pipeline(system: str, spec: str, options: dict[str, Any]) -> Pipeline:
    from compiler.language.on_demand import PATTERN
    from compiler.pipeline import check_spec
    from deployer.ci.pipeline import Pipeline, spec_below, targets_of
    from deployer.ci.systems import command_of, this_version

    path = spec_below(Path.cwd(), spec)
    checked = check_spec(spec, _named(spec, options["environments"]))
    running_report().show_warnings(found for one in checked for found in one.warnings)
    platform = checked[0].document.data["platform"]
    previews = tuple(_preview(spec, one) for one in checked if PATTERN in one.document.data)
    install = options["install"] or this_version()
    again = command_of(system, path, _given(options))
    return Pipeline(platform, path, targets_of(checked), options["branch"], install, again, previews)


def _named(spec: str, wanted: Sequence[str]) -> tuple[str, ...]:
    """The wanted environments, or all of them, and for each pattern one that it makes."""
    from compiler.language.on_demand import environments_in, sample
    from compiler.source.load import load

    known = environments_in(load(spec).data)
    return tuple(sample(name) if name in known else name for name in wanted or known)


def _preview(spec: str, checked: Checked) -> Preview:
    from compiler.pipeline import compile_spec
    from deployer.ci.previews import preview_of

    return preview_of(checked, compile_spec(spec, (checked.document.data["environment"],)))


def _given(options: dict[str, Any]) -> list[str]:
    """The options that are not as they are by default, as the command has them."""
    found = [word for name in options["environments"] for word in ("--env", name)]
    found += ["--branch", options["branch"]] if options["branch"] != "main" else []
    found += ["--install", options["install"]] if options["install"] else []
    return found + (["--out", options["out"]] if options["out"] else [])
