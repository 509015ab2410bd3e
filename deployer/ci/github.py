"""The workflow for GitHub Actions.

Texts of people reach a shell as environment variables alone, never as part of its script. Sources: GitHub's pages
"Workflow syntax", "Security hardening", "Configuring OpenID Connect in Amazon Web Services", and the README of
aws-actions/configure-aws-credentials.
"""

from __future__ import annotations

from collections.abc import Iterator

from deployer.ci.github_previews import LAST_COMMIT, OPEN, TYPES, previews
from deployer.ci.pipeline import Pipeline, Target
from deployer.ci.quoting import github as quoted

FOLDER = ".github/workflows"

_HEAD = """\
name: {name}

on:
  pull_request:
    branches: ["{branch}"]{types}
  push:
    branches: ["{branch}"]
  workflow_dispatch:
    inputs:
      approve:
        description: Components whose data may be removed or replaced, with spaces between, as tables.orders
        default: ""

permissions:
  contents: read

env:
  SPEC: {spec}
  STACKWRIGHT: {install}

jobs:
  check:
{check_if}    runs-on: ubuntu-latest
    timeout-minutes: 30
    steps:
{setup}
      - uses: actions/cache@v4
        with:
          path: .stackwright/cache
          key: stackwright-${{{{ hashFiles('templates_out/**') }}}}
          restore-keys: stackwright-
      - name: Validate
        run: stackwright validate "$SPEC" --format github
      - name: Compare the committed templates
        run: stackwright compile "$SPEC" --check --format github
      - name: Lint
        run: stackwright lint "$SPEC" --format github
      - name: Compare this workflow
        run: {check}
"""

_REVIEW = """
  review:
    if: github.event_name == 'pull_request'{review_if}
    runs-on: ubuntu-latest
    timeout-minutes: 30
    permissions:
      contents: read
      pull-requests: write # for the comment; a fork's pull request does not get it
    strategy:
      fail-fast: false
      matrix:
        environment: [{environments}]
    concurrency:
      group: {platform}-review-${{{{ matrix.environment }}}}-${{{{ github.event.pull_request.number }}}}
      cancel-in-progress: true
    env:
      ENVIRONMENT: ${{{{ matrix.environment }}}}
    steps:
{setup_deep}
      - name: Review
        run: |
          before=HEAD^1
          git cat-file -e "HEAD^1:$SPEC" || before=nothing
          stackwright diff "$SPEC" --env "$ENVIRONMENT" --against "$before" --review review.md --review review.html
      - name: Show the review in the pull request
        run: stackwright comment "$SPEC" --env "$ENVIRONMENT" --review review.md
        env:
          GITHUB_TOKEN: ${{{{ github.token }}}}
      - uses: actions/upload-artifact@v4
        with:
          name: review-${{{{ matrix.environment }}}}
          path: review.html
"""

_SETUP = """\
      - uses: actions/checkout@v4
        with:
          persist-credentials: false{deep}
      - uses: actions/setup-python@v5
        with:
          python-version: "3.13"
      - name: Install Stackwright
        run: pipx install "$STACKWRIGHT"
"""
_DEEP = """
          fetch-depth: 2 # the merge, and the branch that it goes into"""

_PLAN = """
  plan-{environment}:
    needs: [{needs}]
    if: {condition}
    runs-on: ubuntu-latest
    timeout-minutes: 60
    environment: {environment}-plan
    permissions:
      contents: read
      id-token: write # for the role
    concurrency:
      group: {platform}-{environment}
      cancel-in-progress: false
    outputs:
      changes: ${{{{ steps.changes.outputs.changes }}}}
    env:
      ENVIRONMENT: "{environment}"
    steps:
{setup}
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: ${{{{ vars.PLAN_ROLE_ARN }}}}
          aws-region: {region}
      - name: Plan
        run: >-
          stackwright plan "$SPEC" --env "$ENVIRONMENT" --role "$SERVICE_ROLE_ARN" --wait --out "$ENVIRONMENT.plan"
          --review review.md --review review.html --review review.json
        env:
          SERVICE_ROLE_ARN: ${{{{ vars.SERVICE_ROLE_ARN }}}}
      - name: Show the review in the summary
        run: stackwright comment "$SPEC" --env "$ENVIRONMENT" --review review.md
      - name: Tell whether there is something to apply
        id: changes
        run: |
          python - >> "$GITHUB_OUTPUT" <<'END'
          import json
          reviews = json.load(open("review.json", encoding="utf-8"))["reviews"]
          print("changes=false" if all(review["empty"] for review in reviews) else "changes=true")
          END
      - uses: actions/upload-artifact@v4
        with:
          name: plan-{environment}
          path: |
            {environment}.plan
            review.html
"""

_APPLY = """
  apply-{environment}:
    needs: plan-{environment}
    if: needs.plan-{environment}.outputs.changes == 'true'
    runs-on: ubuntu-latest
    timeout-minutes: 180
    environment: "{environment}" # its protection rules ask for the approval
    permissions:
      contents: read
      id-token: write # for the role
    concurrency:
      group: {platform}-{environment}
      cancel-in-progress: false
    env:
      ENVIRONMENT: "{environment}"
    steps:
{setup}
      - uses: actions/download-artifact@v4
        with:
          name: plan-{environment}
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: ${{{{ vars.DEPLOY_ROLE_ARN }}}}
          aws-region: {region}
      - name: Apply the plan that was reviewed
        run: |
          set -f --
          for component in $APPROVE; do set -- "$@" --approve "$component"; done
          stackwright apply "$ENVIRONMENT.plan" --wait "$@"
        env:
          APPROVE: ${{{{ inputs.approve }}}}
"""


def default_file(platform: str) -> str:
    """Where GitHub looks for the workflow."""
    return f"{FOLDER}/{platform}.yml"


def workflow(pipeline: Pipeline) -> str:
    """The whole file but for its header."""
    setups = (_SETUP.format(deep="").rstrip("\n"), _SETUP.format(deep=LAST_COMMIT).rstrip("\n"))
    return "".join((_head(pipeline), _review(pipeline), *_deployments(pipeline), *previews(pipeline, setups)))


def _head(pipeline: Pipeline) -> str:
    return _HEAD.format(
        name=quoted(pipeline.platform),
        platform=pipeline.platform,
        branch=pipeline.branch,
        spec=quoted(pipeline.spec),
        install=quoted(pipeline.install),
        check=quoted(f"{pipeline.command} --check"),
        types=TYPES if pipeline.previews else "",
        check_if=f"    if: {OPEN}\n" if pipeline.previews else "",
        setup=_SETUP.format(deep="").rstrip("\n"),
    )


def _review(pipeline: Pipeline) -> str:
    """The reviews of the environments that have a name; a preview is what its request shows."""
    if not pipeline.targets:
        return ""
    return _REVIEW.format(
        platform=pipeline.platform,
        review_if=f" && {OPEN}" if pipeline.previews else "",
        environments=", ".join(quoted(target.environment) for target in pipeline.targets),
        setup_deep=_SETUP.format(deep=_DEEP).rstrip("\n"),
    )


def _deployments(pipeline: Pipeline) -> Iterator[str]:
    """A plan and its execution for each environment; the next one begins when that was done, or nothing was to do."""
    former: Target | None = None
    for target in pipeline.targets:
        given = {"environment": target.environment, "platform": pipeline.platform, "region": target.region}
        setup = _SETUP.format(deep="").rstrip("\n")
        yield _PLAN.format(**given, **_after(former, pipeline.branch), setup=setup)
        yield _APPLY.format(**given, setup=setup)
        former = target


def _after(former: Target | None, branch: str) -> dict[str, str]:
    """What a plan waits for. A job that was skipped must not skip those that need it."""
    if former is None:
        return {"needs": "check", "condition": f"github.event_name != 'pull_request' && github.ref_name == '{branch}'"}
    plan, apply = f"plan-{former.environment}", f"apply-{former.environment}"
    done = f"needs.{apply}.result == 'success' || needs.{plan}.outputs.changes == 'false'"
    return {"needs": f"{plan}, {apply}", "condition": f"${{{{ !cancelled() && ({done}) }}}}"}
