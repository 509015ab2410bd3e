"""Where a command runs, for somebody who finds an operation at work: the page of a pipeline's run, or the host."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping

_RUNS = (
    "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}",
    "{CI_JOB_URL}",
    "{BITBUCKET_GIT_HTTP_ORIGIN}/pipelines/results/{BITBUCKET_BUILD_NUMBER}",
    "{CODEBUILD_BUILD_ARN}",
    "{BUILD_URL}",
)
"""Of GitHub Actions ("Variables reference"), GitLab ("Predefined CI/CD variables"), Bitbucket Pipelines ("Variables and
secrets"), CodeBuild ("Environment variables in build environments") and Jenkins ("Using environment variables")."""


def whereabouts(environment: Mapping[str, str] = os.environ) -> str:
    """The run of the pipeline that the variables of the environment tell of; elsewhere the name of the host."""
    for run in _RUNS:
        try:
            return run.format_map(environment)
        except KeyError:
            continue
    return platform.node()
