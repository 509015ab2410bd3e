"""The provider of deploy-time steps with a task of ECS: how it runs, and how its end is judged."""

from __future__ import annotations

import pytest

from compiler.shipped import deploy_step
from tests.shipped.provider import TASK, Aws, CloudFormation, Context, of_task, refused, started, stopped, told


def test_roles_of_a_task_that_ecs_can_not_assume_yet_are_waited_for(aws: Aws, cloudformation: CloudFormation) -> None:
    not_yet = refused("ClientException", "ECS was unable to assume the role 'arn:role' that was provided for this task")
    aws.results, aws.tasks = [not_yet, started()], [stopped(0)]
    deploy_step.handler(of_task(cloudformation), Context())
    assert told(cloudformation)["Status"] == "SUCCESS"


def test_a_task_runs_with_its_variables_and_is_waited_for(aws: Aws, cloudformation: CloudFormation) -> None:
    aws.results, aws.tasks = [started()], [stopped(None, "PROVISIONING"), stopped(None, "RUNNING"), stopped(0)]
    deploy_step.handler(of_task(cloudformation), Context())
    (call,) = aws.made("run_task")
    assert call["clientToken"] == "3f0c1c2e-0000-4000-8000-000000000001", (
        "ECS starts one task for an event that comes twice"
    )
    assert call["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE", "weight": 1}]
    (override,) = call["overrides"]["containerOverrides"]
    assert override == {
        "name": "migrate",
        "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
    }
    assert call["networkConfiguration"]["awsvpcConfiguration"] == {
        "subnets": ["subnet-1", "subnet-2"],
        "securityGroups": ["sg-1"],
        "assignPublicIp": "DISABLED",
    }
    assert told(cloudformation)["Status"] == "SUCCESS"


def test_a_task_fails_with_the_end_of_its_log(aws: Aws, cloudformation: CloudFormation) -> None:
    aws.results, aws.tasks, aws.log = [started()], [stopped(3)], ["applying 0042", "relation orders does not exist"]
    deploy_step.handler(of_task(cloudformation), Context())
    assert told(cloudformation)["Reason"] == (
        "jobs.migrate: the task 0123abcd ended with 3: Essential container in task exited\n"
        "applying 0042\nrelation orders does not exist"
    )
    (asked,) = aws.made("get_log_events")
    assert asked["logStreamName"] == "migrate/migrate/0123abcd" and asked["logGroupName"] == TASK["LogGroup"]


@pytest.mark.parametrize("code", [1, None])
def test_a_task_without_a_log_fails_as_well(aws: Aws, cloudformation: CloudFormation, code: int | None) -> None:
    aws.results, aws.tasks = [started()], [stopped(code)]
    deploy_step.handler(of_task(cloudformation), Context())
    assert f"ended with {code}: Essential" in told(cloudformation)["Reason"]


def test_a_task_that_could_not_be_started_is_told(aws: Aws, cloudformation: CloudFormation) -> None:
    aws.results = [{"tasks": [], "failures": [{"reason": "RESOURCE:ENI"}]}]
    deploy_step.handler(of_task(cloudformation), Context())
    assert told(cloudformation)["Reason"] == "jobs.migrate: RESOURCE:ENI"


def test_a_task_that_does_not_end_is_left_and_told(
    aws: Aws, cloudformation: CloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.results, aws.tasks = [started()], [stopped(None, "RUNNING")]
    monkeypatch.setattr(Context, "get_remaining_time_in_millis", lambda self: 0)
    deploy_step.handler(of_task(cloudformation), Context())
    assert "0123abcd has not ended in time; it is still running" in told(cloudformation)["Reason"]
