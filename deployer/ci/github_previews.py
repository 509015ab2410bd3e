"""The jobs of GitHub Actions for previews: one deploys with each push to a pull request, one removes when it is closed.

A pull request of a fork gets no preview: it may not ask for the token for AWS. The job that removes checks out the
last commit of the request, which GitHub keeps when the branch is deleted (GitHub Docs, "Events that trigger
workflows", `pull_request`).
"""

from __future__ import annotations

from collections.abc import Iterator

from deployer.ci.pipeline import Pipeline
from deployer.ci.previews import Preview

NUMBER = "${{ github.event.pull_request.number }}"
TYPES = """
    types: [opened, reopened, synchronize, closed]"""
OPEN = "github.event.action != 'closed'"
"""Of every other job: a request that is closed has nothing to check."""
OWN = "github.event.pull_request.head.repo.full_name == github.repository"
LAST_COMMIT = """
          ref: ${{ github.event.pull_request.head.sha }}"""

_JOB = """
  {job}-{label}:
{needs}    if: github.event_name == 'pull_request' && github.event.action {when} 'closed' && {own}
    runs-on: ubuntu-latest
    timeout-minutes: 180
    environment: {label}-previews
    permissions:
      contents: read
      id-token: write # for the role
    concurrency:
      group: {platform}-{name}
      cancel-in-progress: false
    env:
      ENVIRONMENT: {name}
    steps:
{setup}
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: ${{{{ vars.DEPLOY_ROLE_ARN }}}}
          aws-region: {region}
"""

_DEPLOY = """\
      - name: Deploy the preview
        run: stackwright deploy "$SPEC" --env "$ENVIRONMENT" --role "$SERVICE_ROLE_ARN" --wait --yes
        env:
          SERVICE_ROLE_ARN: ${{ vars.SERVICE_ROLE_ARN }}
"""

_REMOVE = """\
      - name: Remove the preview with all that it holds
        run: stackwright destroy "$SPEC" --env "$ENVIRONMENT" {options}
"""


def previews(pipeline: Pipeline, setups: tuple[str, str]) -> Iterator[str]:
    """The jobs of each preview; `setups` are the first steps of the one that deploys, and of the one that removes."""
    for preview in pipeline.previews:
        yield _job(pipeline, preview, setups[0], True) + _DEPLOY
        yield _job(pipeline, preview, setups[1], False) + _REMOVE.format(options=preview.removing)


def _job(pipeline: Pipeline, preview: Preview, setup: str, deploys: bool) -> str:
    job, when, needs = ("preview", "!=", "    needs: check\n") if deploys else ("remove", "==", "")
    return _JOB.format(
        job=job,
        when=when,
        needs=needs,
        own=OWN,
        label=preview.label,
        name=preview.named(NUMBER),
        platform=pipeline.platform,
        region=preview.region,
        setup=setup,
    )
