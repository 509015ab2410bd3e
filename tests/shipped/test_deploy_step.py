"""The provider of deploy-time steps: what it runs, what it tells CloudFormation, and that it always tells something."""

from __future__ import annotations

import pytest
from botocore.exceptions import ReadTimeoutError

from compiler.shipped import deploy_step
from compiler.source.json_value import Json
from tests.shipped.provider import TASK, Aws, CloudFormation, Context, answered, event, refused, told


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_the_function_gets_its_event_and_its_end_is_told(aws: Aws, cloudformation: CloudFormation, kind: str) -> None:
    aws.results = [answered({"done": True})]
    deploy_step.handler(event(cloudformation, kind), Context())
    assert aws.made("invoke") == [{"FunctionName": "arn:function:migrate", "Payload": b'{"schema":42}'}]
    assert told(cloudformation) == {
        "Status": "SUCCESS",
        "Reason": "",
        "StackId": "arn:aws:cloudformation:eu-west-1:222222222222:stack/demo/1",
        "RequestId": "3f0c1c2e-0000-4000-8000-000000000001",
        "LogicalResourceId": "MigrateFunctionDeployStep",
        "PhysicalResourceId": "MigrateFunctionDeployStep",
    }
    config = next(arguments["config"] for name, arguments in aws.calls if name == "lambda")
    assert config.retries == {"total_max_attempts": 1} and 800 < config.read_timeout < 880


def test_the_id_stays_so_that_nothing_counts_as_replaced(aws: Aws, cloudformation: CloudFormation) -> None:
    aws.results = [answered(None)]
    deploy_step.handler(event(cloudformation, "Update") | {"PhysicalResourceId": "first"}, Context())
    assert told(cloudformation)["PhysicalResourceId"] == "first"


def test_a_deletion_does_nothing_and_asks_nobody(aws: Aws, cloudformation: CloudFormation) -> None:
    deploy_step.handler(event(cloudformation, "Delete"), Context())
    assert told(cloudformation)["Status"] == "SUCCESS" and aws.calls == []


@pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"])
def test_in_a_rollback_nothing_runs(aws: Aws, cloudformation: CloudFormation, status: str) -> None:
    aws.status = status
    deploy_step.handler(event(cloudformation, "Update"), Context())
    assert told(cloudformation)["Status"] == "SUCCESS" and aws.made("invoke") == []


FAILED = (
    (answered({"errorType": "ValueError", "errorMessage": "no such table"}, "Unhandled"), "ValueError: no such table"),
    (answered({"errorMessage": "Task timed out after 30.00 seconds"}, "Unhandled"), "Task timed out after 30.00"),
    (answered(["odd"], "Unhandled"), '["odd"]'),
    (ReadTimeoutError(endpoint_url="https://lambda"), "did not end within 817 seconds"),
)


@pytest.mark.parametrize(("result", "reason"), FAILED)
def test_a_function_fails_the_deployment_with_its_own_reason(
    aws: Aws, cloudformation: CloudFormation, result: Json, reason: str
) -> None:
    aws.results = [result]
    deploy_step.handler(event(cloudformation), Context())
    answer = told(cloudformation)
    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("functions.migrate: ") and reason.rstrip("0") in answer["Reason"]
    assert len(aws.made("invoke")) == 1, "what may have run is not run again"


@pytest.mark.parametrize("code", deploy_step.NOT_YET)
def test_permissions_that_iam_has_not_spread_yet_are_waited_for(
    aws: Aws, cloudformation: CloudFormation, code: str
) -> None:
    aws.results = [refused(code), refused(code), answered(None)]
    deploy_step.handler(event(cloudformation), Context())
    assert told(cloudformation)["Status"] == "SUCCESS"


def test_any_other_refusal_is_told_at_once(aws: Aws, cloudformation: CloudFormation) -> None:
    aws.results = [refused("ClientException", "TaskDefinition is inactive")]
    deploy_step.handler(event(cloudformation), Context())
    assert "TaskDefinition is inactive" in told(cloudformation)["Reason"]


def test_permissions_that_never_come_are_told(aws: Aws, cloudformation: CloudFormation) -> None:
    aws.results = [refused("AccessDeniedException") for _ in range(6)]
    deploy_step.handler(event(cloudformation), Context())
    assert told(cloudformation)["Reason"].startswith("ClientError: An error occurred (AccessDeniedException)")


@pytest.mark.parametrize("broken", [{"With": "{"}, {}])
def test_a_mistake_of_its_own_is_told_too(aws: Aws, cloudformation: CloudFormation, broken: Json) -> None:
    deploy_step.handler(
        event(cloudformation, Task=TASK, **broken) if broken else event(cloudformation, X="y"), Context()
    )
    assert told(cloudformation)["Status"] == "FAILED" and told(cloudformation)["Reason"]


def test_a_long_reason_fits_into_the_answer(aws: Aws, cloudformation: CloudFormation) -> None:
    aws.results = [answered({"errorMessage": '"\n\u00e4' * 4000}, "Unhandled")]
    deploy_step.handler(event(cloudformation), Context())
    assert told(cloudformation)["Status"] == "FAILED"


def test_an_answer_that_was_turned_down_is_given_again(aws: Aws, cloudformation: CloudFormation) -> None:
    aws.results, cloudformation.refuses = [answered(None)], 2
    deploy_step.handler(event(cloudformation), Context())
    assert told(cloudformation)["Status"] == "SUCCESS"
