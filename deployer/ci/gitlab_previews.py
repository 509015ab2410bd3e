"""The jobs of GitLab CI for previews: one deploys with each push to a merge request, one removes when that is closed.

GitLab starts the job of `on_stop` when the request is merged or closed (GitLab Docs, "Environments", "Stop an
environment when a merge request is merged or closed"). A request of a fork gets no preview.
"""

from __future__ import annotations

from collections.abc import Iterator

from deployer.ci.pipeline import Pipeline

_NUMBER = "$CI_MERGE_REQUEST_IID"

_JOBS = """
{platform}-preview-{label}:
  extends: .{platform}
  stage: deploy
  needs: [{platform}-check]
  rules:
    - &{anchor}-if
      if: $CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID
  environment:
    name: {name}
    on_stop: {platform}-remove-{label}
  resource_group: {platform}-{name}
  id_tokens: &{anchor}
    AWS_TOKEN:
      aud: $CI_SERVER_URL
  variables: &{anchor}-region
    AWS_REGION: {region}
    AWS_DEFAULT_REGION: {region}
  script:
    - &{anchor}-role |-
      (umask 077; printf %s "$AWS_TOKEN" > "$CI_PROJECT_DIR/.aws-token")
      export AWS_WEB_IDENTITY_TOKEN_FILE="$CI_PROJECT_DIR/.aws-token" AWS_ROLE_ARN="$DEPLOY_ROLE_ARN"
    - stackwright deploy "$SPEC" --env "{name}" --role "$SERVICE_ROLE_ARN" --wait --yes

{platform}-remove-{label}:
  extends: .{platform}
  stage: deploy
  needs: []
  rules:
    - <<: *{anchor}-if
      when: manual # and by itself when the request is merged or closed
      allow_failure: true
  environment:
    name: {name}
    action: stop
  resource_group: {platform}-{name}
  id_tokens: *{anchor}
  variables: *{anchor}-region
  script:
    - *{anchor}-role
    - stackwright destroy "$SPEC" --env "{name}" {options}
"""


def previews(pipeline: Pipeline) -> Iterator[str]:
    """The two jobs of each preview."""
    for preview in pipeline.previews:
        yield _JOBS.format(
            platform=pipeline.platform,
            label=preview.label,
            name=preview.named(_NUMBER),
            region=preview.region,
            options=preview.removing,
            anchor=f"{pipeline.platform}-previews-{preview.label}",
        )
