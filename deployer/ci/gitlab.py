"""The pipeline for GitLab CI.

Sources: GitLab's pages "CI/CD YAML syntax reference", "Configure OpenID Connect in AWS", "Predefined CI/CD variables"
and "Code Quality". GitLab's tokens tell the branch and no environment, so planning and applying take one role.
"""

from __future__ import annotations

from collections.abc import Iterator

from deployer.ci.gitlab_previews import previews
from deployer.ci.pipeline import Pipeline, Target
from deployer.ci.quoting import gitlab as quoted
from deployer.ci.quoting import yaml_text

_HEAD = """\
.{platform}:
  image: python:3.13
  variables:
    SPEC: {spec}
    STACKWRIGHT: {install}
    GIT_DEPTH: "0" # the history, for reviews
  before_script:
    - pip install --quiet "$STACKWRIGHT"

{platform}-check:
  extends: .{platform}
  stage: test
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == "{branch}"
  cache:
    key: stackwright-{platform}
    paths: [.stackwright/cache]
  script:
    - stackwright validate "$SPEC" --format gitlab --output gl-code-quality-report.json
    - stackwright compile "$SPEC" --check --format gitlab --output gl-code-quality-report.json
    - stackwright lint "$SPEC" --format gitlab --output gl-code-quality-report.json
    - {check}
  artifacts:
    when: always
    reports:
      codequality: gl-code-quality-report.json
"""

_REVIEW = """
{platform}-review-{environment}:
  extends: .{platform}
  stage: test
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  resource_group: {platform}-review-{environment}-$CI_MERGE_REQUEST_IID
  script:
    - before="$CI_MERGE_REQUEST_DIFF_BASE_SHA"
    - git cat-file -e "$before:$SPEC" || before=nothing
    - stackwright diff "$SPEC" --env {environment} --against "$before" --review review.md --review review.html
    - stackwright comment "$SPEC" --env {environment} --review review.md
  artifacts:
    when: always
    expose_as: review of {environment}
    paths: [review.html]
"""

_DEPLOYMENT = """
{platform}-plan-{environment}:
  extends: .{platform}
  stage: deploy
  needs: [{needs}]
  rules:
    - if: $CI_COMMIT_BRANCH == "{branch}"
  environment:
    name: "{environment}"
    action: prepare
  resource_group: {platform}-{environment}
  id_tokens: &{anchor}
    AWS_TOKEN:
      aud: $CI_SERVER_URL
  variables:
    AWS_REGION: {region}
    AWS_DEFAULT_REGION: {region}
  script:
    - &{anchor}-role |-
      (umask 077; printf %s "$AWS_TOKEN" > "$CI_PROJECT_DIR/.aws-token")
      export AWS_WEB_IDENTITY_TOKEN_FILE="$CI_PROJECT_DIR/.aws-token" AWS_ROLE_ARN="$DEPLOY_ROLE_ARN"
    - >-
      stackwright plan "$SPEC" --env {environment} --role "$SERVICE_ROLE_ARN" --wait --out {environment}.plan
      --review review.md --review review.html
  artifacts:
    expose_as: plan of {environment}
    paths: [{environment}.plan, review.html]

{platform}-apply-{environment}:
  extends: .{platform}
  stage: deploy
  needs: [{platform}-plan-{environment}]
  rules:
    - if: $CI_COMMIT_BRANCH == "{branch}"
      when: manual # the approval; a protected environment says whose
      allow_failure: false
  environment: "{environment}"
  resource_group: {platform}-{environment}
  id_tokens: *{anchor}
  variables:
    AWS_REGION: {region}
    AWS_DEFAULT_REGION: {region}
  script:
    - *{anchor}-role
    - |-
      set -f --
      for component in $APPROVE; do set -- "$@" --approve "$component"; done
      stackwright apply {environment}.plan --wait "$@"
"""


def default_file(_platform: str) -> str:
    """Where GitLab looks for the pipeline."""
    return ".gitlab-ci.yml"


def workflow(pipeline: Pipeline) -> str:
    """The whole file but for its header."""
    return "".join((_head(pipeline), *_reviews(pipeline), *_deployments(pipeline), *previews(pipeline)))


def _head(pipeline: Pipeline) -> str:
    return _HEAD.format(
        platform=pipeline.platform,
        branch=pipeline.branch,
        spec=quoted(pipeline.spec),
        install=quoted(pipeline.install),
        check=yaml_text(f"{pipeline.command} --check"),
    )


def _reviews(pipeline: Pipeline) -> Iterator[str]:
    for target in pipeline.targets:
        yield _REVIEW.format(platform=pipeline.platform, environment=target.environment)


def _deployments(pipeline: Pipeline) -> Iterator[str]:
    """A plan and its execution for each environment, the next one after that."""
    former: Target | None = None
    for target in pipeline.targets:
        yield _DEPLOYMENT.format(
            platform=pipeline.platform,
            environment=target.environment,
            branch=pipeline.branch,
            region=target.region,
            needs=f"{pipeline.platform}-{f'apply-{former.environment}' if former else 'check'}",
            anchor=f"{pipeline.platform}-{target.environment}",
        )
        former = target
