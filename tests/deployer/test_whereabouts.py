"""From where a change set is made: the page of a pipeline's run, elsewhere the host."""

from __future__ import annotations

import platform

import pytest

from deployer.whereabouts import whereabouts

RUNS: tuple[tuple[dict[str, str], str], ...] = (
    (
        {"GITHUB_SERVER_URL": "https://github.com", "GITHUB_REPOSITORY": "acme/shop", "GITHUB_RUN_ID": "17"},
        "https://github.com/acme/shop/actions/runs/17",
    ),
    ({"CI_JOB_URL": "https://gitlab.com/acme/shop/-/jobs/17"}, "https://gitlab.com/acme/shop/-/jobs/17"),
    (
        {"BITBUCKET_GIT_HTTP_ORIGIN": "https://bitbucket.org/acme/shop", "BITBUCKET_BUILD_NUMBER": "17"},
        "https://bitbucket.org/acme/shop/pipelines/results/17",
    ),
    ({"CODEBUILD_BUILD_ARN": "arn:aws:codebuild:us-east-1:1:build/a:b"}, "arn:aws:codebuild:us-east-1:1:build/a:b"),
    ({"BUILD_URL": "https://ci.example.com/job/shop/17/"}, "https://ci.example.com/job/shop/17/"),
    ({"GITHUB_SERVER_URL": "https://github.com", "HOME": "/root"}, platform.node()),
    ({}, platform.node()),
)


@pytest.mark.parametrize(("environment", "told"), RUNS)
def test_a_run_of_a_pipeline_is_told_by_its_page_and_else_the_host(environment: dict[str, str], told: str) -> None:
    assert whereabouts(environment) == told
