"""`stackwright comment`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from deployer.command_line import arguments
from deployer.command_line.answers import running_report


@click.command("comment")
@arguments.spec
@arguments.environment
@click.option(
    "--review",
    "file",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The review, as `diff` or `plan` wrote it to a .md file.",
)
@arguments.report_format
def command(spec: str, environment: str, file: Path) -> None:
    """Show a review in the pull or merge request of the running CI job, as one comment that is updated each time.

    In GitHub Actions it takes GITHUB_TOKEN, in GitLab CI GITLAB_TOKEN. Where there is no request, or the token may not
    write, as in a pull request of a fork, the review goes into the summary of the job.

    Example: stackwright comment spec/rayman-portfolio.yaml --env prod --review review.md
    """
    from compiler.source.diagnostics import Diagnostic, Place, SpecError
    from deployer.ci import on_github, on_gitlab
    from deployer.ci.job import show

    system = next((one for one in (on_github, on_gitlab) if one.is_here(os.environ)), None)
    if system is None:
        raise click.UsageError("this command shows a review from a job of GitHub Actions or GitLab CI: run it there")
    try:
        review = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        message = f"the review can't be read: {getattr(problem, 'strerror', None) or 'it is not UTF-8'}"
        raise SpecError([Diagnostic("missing-file", message, Place(str(file), 1, 1))]) from None
    posted = show(system.job(os.environ), (Path(spec).as_posix(), environment), review)
    running_report().end({"comment": posted.state, "message": posted.told}, [posted.told])
