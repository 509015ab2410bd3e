"""`stackwright list`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report
from deployer.command_line.roots import opener_of

if TYPE_CHECKING:
    from deployer.deployments import Deployment


@click.command("list")
@click.argument("spec", metavar="[SPEC]", required=False, type=click.Path())
@click.option(
    "--region",
    "regions",
    multiple=True,
    metavar="REGION",
    help="Region to look in; can be repeated. Default: those of SPEC, or the AWS SDK's own setting.",
)
@arguments.where
@arguments.report_format
def command(spec: str | None, regions: tuple[str, ...], **options: Any) -> None:
    """List what is deployed in the account: environments of all platforms, or of the one of SPEC.

    Example: stackwright list spec/shop.yaml --format json
    """
    from datetime import UTC, datetime

    from deployer.deployments import read_deployments, with_specs
    from deployer.deployments_view import deployment_lines

    platform, known = _of_spec(spec) if spec else ("", ())
    open_region = opener_of(None, options)
    where = regions or known or (_usual_region(options["profile"], options["sandbox"]),)
    found: list[Deployment] = []
    for region in dict.fromkeys(where):
        with open_region(region) as aws:
            found += with_specs(aws, read_deployments(aws, platform))
    now = datetime.now(UTC)
    lines = deployment_lines(found, now) if found else [_nothing(platform, where)]
    running_report().end({"deployments": [one.to_json(now) for one in found]}, lines)


def _of_spec(spec: str) -> tuple[str, tuple[str, ...]]:
    """The platform of a spec, and the regions of its environments."""
    from compiler.language.schema import load_schema
    from compiler.stacks.names_only import all_names

    roots = all_names(spec, load_schema())
    return roots[0].platform, tuple(dict.fromkeys(root.region for root in roots))


def _usual_region(profile: str | None, sandbox: bool) -> str:
    """The region of the SDK's settings; the sandbox has that of a spec without one where there is none."""
    from compiler.language.schema import load_schema
    from deployer.session import usual_region

    return usual_region(profile, load_schema().base["properties"]["region"]["default"] if sandbox else "")


def _nothing(platform: str, regions: Sequence[str]) -> str:
    from reviewer.values import joined

    what = f"of {platform} " if platform else ""
    return f"nothing {what}is deployed in {joined(regions)}"
