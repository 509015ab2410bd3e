"""Models: what a spec can get wrong."""

from __future__ import annotations

import pytest

from tests.kinds.building import faults, warnings
from tests.kinds.model_specs import ECR, HEAD, IMAGE, LATER, ON_TWO, SOURCES

WRONG = (
    (f"{IMAGE}", "missing-property", "needs 'instances' or 'serverless'"),
    (f"{IMAGE}, instances: {{}}, serverless: {{}}", "one-of-two", "not both"),
    ("image: 'nginx:1.27', instances: {}", "bad-value", "Amazon ECR"),
    ("image: '222222222222.dkr.ecr.eu-west-1.amazonaws.com/a:1', instances: {}", "bad-value", "its own region"),
    (f"{IMAGE}, serverless: {{}}, capture: {{to: s3://data/x}}", "unused-setting", "'capture'"),
    (f"{IMAGE}, serverless: {{}}, {LATER}", "unused-setting", "'asynchronous'"),
    (f"{IMAGE}, serverless: {{}}, artifact: s3://data/model.bin", "bad-value", "an archive only"),
    (f"{IMAGE}, serverless: {{max_concurrency: 4, provisioned: 5}}", "bad-value", "which is 4"),
    (f"{IMAGE}, serverless: {{}}, scale: {{utilization: 70}}", "missing-property", "provisioned concurrency"),
    (
        f"{IMAGE}, serverless: {{provisioned: 1, max_concurrency: 3}}, scale: {{max: 4, utilization: 70}}",
        "bad-value",
        "3",
    ),
    (f"{IMAGE}, instances: {{}}, scale: {{max: 4}}", "missing-property", "something to follow"),
    (f"{IMAGE}, instances: {{}}, scale: {{min: 0, max: 4, invocations: 9}}", "bad-value", "asynchronous"),
    (f"{IMAGE}, instances: {{}}, scale: {{min: 5, max: 4, invocations: 9}}", "bad-value", "more than 'max'"),
    (f"{IMAGE}, instances: {{type: ml.g5.xlarge, volume_gb: 9}}", "unused-setting", "local storage"),
    (f"{IMAGE}, {ON_TWO}, variants: {{main: {{}}}}", "duplicate-name", "'main'"),
    (f"{IMAGE}, {ON_TWO}, variants: {{a-b: {{}}, a_b: {{}}}}", "duplicate-name", "'a-b'"),
    (f"{IMAGE}, {ON_TWO}, variants: {{a: {{count: 2}}}}, deployment: {{strategy: rolling}}", "bad-value", "no rolling"),
    (f"{IMAGE}, instances: {{count: 1}}, deployment: {{strategy: canary}}", "bad-value", "as few as 1"),
    (f"{IMAGE}, instances: {{type: ml.inf1.xlarge, count: 2}}, deployment: {{strategy: canary}}", "bad-value", "inf1"),
    (
        f"{IMAGE}, instances: {{}}, deployment: {{wait_seconds: 3600, limit_minutes: 10}}",
        "bad-value",
        "longer than 10 minutes",
    ),
    (f"{IMAGE}, instances: {{}}, artifact: 's3://${{data.arn}}/model.tar.gz'", "bad-value", "name of a bucket"),
    (f"{IMAGE}, instances: {{}}, uses: {{data: read}}", "unused-setting", "isolated"),
    (f"{IMAGE}, serverless: {{}}, uses: {{main: connect}}", "no-network", "serverless"),
)


@pytest.mark.parametrize(("settings", "code", "message"), WRONG)
def test_what_does_not_fit_is_told(settings: str, code: str, message: str) -> None:
    rest = f"{SOURCES}databases: {{main: {{engine: postgres, version: '17'}}}}\n"
    found = faults(f"{HEAD}{rest}models: {{matching: {{{settings}}}}}")
    assert code in {one.code for one in found}
    assert any(message in one.message for one in found)


FITS = (
    f"{IMAGE}, serverless: {{max_concurrency: 4, provisioned: 4}}, scale: {{min: 4, max: 4, utilization: 90}}",
    f"{IMAGE}, {ON_TWO}, deployment: {{strategy: canary, wait_seconds: 300, limit_minutes: 10}}",
    f"{IMAGE}, {ON_TWO}, deployment: {{strategy: linear, step_percent: 30, wait_seconds: 150, limit_minutes: 10}}",
    f"{IMAGE}, {ON_TWO}, deployment: {{strategy: rolling}}",
    f"{IMAGE}, instances: {{count: 1}}, scale: {{min: 2, max: 2, invocations: 9}}, deployment: {{strategy: canary}}",
    f"{IMAGE}, instances: {{}}, {LATER}, scale: {{min: 0, max: 1, backlog: 1}}",
    f"{IMAGE}, instances: {{type: ml.inf1.xlarge}}, variants: {{a-b: {{}}, ab: {{}}}}",
    f"{IMAGE}, instances: {{type: ml.m5.large, volume_gb: 512}}",
    f"{IMAGE}, instances: {{}}, network_isolation: false, uses: {{data: read, main: connect}}",
    f"{IMAGE}, serverless: {{}}, uses: {{data: read}}",
)


@pytest.mark.parametrize("settings", FITS)
def test_what_just_fits_is_taken(settings: str) -> None:
    rest = f"{SOURCES}databases: {{main: {{engine: postgres, version: '17'}}}}\n"
    assert faults(f"{HEAD}{rest}models: {{matching: {{{settings}}}}}") == ()


def test_a_measure_of_another_form_is_refused_beside_one_that_fits() -> None:
    settings = f"{IMAGE}, instances: {{}}, scale: {{max: 4, invocations: 60, backlog: 3}}"
    (found,) = faults(f"{HEAD}models: {{matching: {{{settings}}}}}")
    assert (found.code, "asynchronous" in found.message) == ("unused-setting", True)


def test_only_topics_are_told_of_results() -> None:
    later = "asynchronous: {input: s3://data/in, output: s3://data/out, on_failure: lost}"
    (found,) = faults(f"{HEAD}queues: {{lost: {{}}}}\nmodels: {{matching: {{{IMAGE}, instances: {{}}, {later}}}}}")
    assert (found.code, found.suggestion) == ("wrong-kind", "use a component of: topics")


def test_instances_without_a_way_to_s3_are_refused() -> None:
    rest = "network: {nat: none, endpoints: []}"
    text = f"{HEAD}{rest}\nmodels: {{matching: {{{IMAGE}, instances: {{}}, artifact: s3://data/m.tar.gz}}}}"
    assert {one.code for one in faults(text)} == {"no-egress"}


def test_an_instance_type_that_is_not_known_is_passed_with_a_warning() -> None:
    (found,) = warnings(f"{HEAD}models: {{matching: {{{IMAGE}, instances: {{type: ml.m99.large}}}}}}")
    assert (found.code, "ml.m99.large" in found.message) == ("unknown-value", True)


def test_an_image_whose_content_changes_is_a_warning() -> None:
    (found,) = warnings(f"{HEAD}models: {{matching: {{image: '{ECR}/a:latest', instances: {{}}}}}}")
    assert found.code == "image-tag"
