"""`python -m tests.security`: third-party rules over the production environments under spec/."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from linter.policy.process import ToolFailed
from tests.security.finding import Finding, read, written
from tests.security.run import TOOLS, findings, production

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS_FOLDER = ROOT / ".security-tools"
RECORDED = Path(__file__).with_name("findings.yaml")


@click.command()
@click.argument("specs", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tools", default=TOOLS_FOLDER, type=click.Path(path_type=Path), help="Where they are installed.")
@click.option("--only", multiple=True, type=click.Choice(sorted(TOOLS)), help="One tool; repeatable.")
@click.option("--record", is_flag=True, help="Write what was found to tests/security/findings.yaml.")
def main(specs: tuple[Path, ...], tools: Path, only: tuple[str, ...], record: bool) -> None:
    """Run checkov, cfn-guard, cdk-nag and parliament over the production environments of SPECS, or of all under spec/.

    Exits 1 when they find what is not recorded, or no longer what is.
    """
    if record and (specs or only):
        raise click.UsageError("--record is for all specs and all tools")
    chosen = specs or sorted((ROOT / "spec").glob("*.yaml"))
    try:
        found = sorted(set(findings(production(chosen), tools, only or sorted(TOOLS))))
    except ToolFailed as failure:
        raise click.ClickException(f"{failure}\n'make security-tools' installs the tools") from failure
    if record:
        RECORDED.write_text(written(found), encoding="utf-8")
    sys.exit(_compared(found, whole=not (specs or only)))


def _compared(found: Sequence[Finding], whole: bool) -> bool:
    """Print each finding, with a mark before one that is not recorded; whether there is any difference."""
    recorded = set(read(RECORDED.read_text(encoding="utf-8"))) if RECORDED.exists() else set()
    for finding in found:
        click.echo(f"{'  ' if finding in recorded else '+ '}{finding}")
    gone = recorded - set(found) if whole else set()
    for finding in sorted(gone):
        click.echo(f"- {finding}")
    new = set(found) - recorded
    rules = Counter(finding.rule.partition("[")[0] for finding in found)
    click.echo(f"{len(found)} findings of {len(rules)} rules, {len(new)} not recorded, {len(gone)} no longer found")
    return bool(new or gone)


if __name__ == "__main__":
    main(prog_name="python -m tests.security")
