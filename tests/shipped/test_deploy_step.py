"""The provider of deploy-time steps: what it runs, what it tells CloudFormation, and that it always tells something."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from compiler.shipped import deploy_step
from compiler.source.json_value import Json

TASK = {
    "Cluster": "apps",
    "TaskDefinition": "arn:task-definition/migrate:7",
    "Container": "migrate",
    "Subnets": ["subnet-1", "subnet-2"],
    "SecurityGroup": "sg-1",
    "LogGroup": "/demo/dev/jobs/migrate",
}
TASK_ARN = "arn:aws:ecs:eu-west-1:222222222222:task/apps/0123abcd"


class Context:
    """Lambda's, with fifteen minutes left."""

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@dataclass
class CloudFormation:
    """The address that takes the answer, as CloudFormation's bucket does."""

    url: str = ""
    answers: list[Json] = field(default_factory=list)
    refuses: int = 0
    """How many answers it turns down first."""


@pytest.fixture
def cloudformation() -> Iterator[CloudFormation]:
    found = CloudFormation()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "" and len(body) <= 4096
            if found.refuses:
                found.refuses -= 1
                self.send_error(503)
                return
            found.answers.append(json.loads(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Tests print nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}/answer"
    yield found
    server.shutdown()
    server.server_close()


@dataclass
class Aws:
    """The services that the provider asks, with the answers of one test."""

    status: str = "UPDATE_IN_PROGRESS"
    results: list[Json] = field(default_factory=list)
    """What each call of Lambda or RunTask gives, or raises."""
    tasks: list[Json] = field(default_factory=list)
    """What each DescribeTasks gives."""
    log: Json = None
    calls: list[tuple[str, Mapping[str, Json]]] = field(default_factory=list)

    def client(self, service: str, config: Json = None) -> Aws:
        self.calls.append((service, {"config": config}))
        return self

    def describe_stacks(self, StackName: str) -> Json:
        return {"Stacks": [{"StackStatus": self.status}]}

    def invoke(self, **arguments: Json) -> Json:
        return self._answer("invoke", arguments)

    def run_task(self, **arguments: Json) -> Json:
        return self._answer("run_task", arguments)

    def describe_tasks(self, **arguments: Json) -> Json:
        return {"tasks": [self.tasks.pop(0)]}

    def get_log_events(self, **arguments: Json) -> Json:
        self.calls.append(("get_log_events", arguments))
        if self.log is None:
            raise refused("ResourceNotFoundException")
        return {"events": [{"message": line} for line in self.log]}

    def _answer(self, name: str, arguments: Mapping[str, Json]) -> Json:
        self.calls.append((name, arguments))
        result = self.results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    def made(self, name: str) -> list[Mapping[str, Json]]:
        return [arguments for called, arguments in self.calls if called == name]


def refused(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Call")


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    found = Aws()
    monkeypatch.setattr("boto3.client", found.client)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    return found


def event(cloudformation: CloudFormation, kind: str = "Create", **properties: Json) -> dict[str, Json]:
    given = {"Step": "functions.migrate", "Function": "arn:function:migrate", "With": '{"schema":42}'}
    return {
        "RequestType": kind,
        "RequestId": "3f0c1c2e-0000-4000-8000-000000000001",
        "StackId": "arn:aws:cloudformation:eu-west-1:222222222222:stack/demo/1",
        "ResponseURL": cloudformation.url,
        "LogicalResourceId": "MigrateFunctionDeployStep",
        "ResourceProperties": {"ServiceToken": "arn:function:provider", **(properties or given)},
    }


def answered(said: Json, error: str = "") -> Json:
    found = {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(said).encode())}
    return found | ({"FunctionError": error} if error else {})


def told(cloudformation: CloudFormation) -> Json:
    (answer,) = cloudformation.answers
    return answer


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


def test_roles_of_a_task_that_ecs_can_not_assume_yet_are_waited_for(aws: Aws, cloudformation: CloudFormation) -> None:
    not_yet = refused("ClientException", "ECS was unable to assume the role 'arn:role' that was provided for this task")
    aws.results, aws.tasks = [not_yet, started()], [stopped(0)]
    deploy_step.handler(of_task(cloudformation), Context())
    assert told(cloudformation)["Status"] == "SUCCESS"


def test_any_other_refusal_is_told_at_once(aws: Aws, cloudformation: CloudFormation) -> None:
    aws.results = [refused("ClientException", "TaskDefinition is inactive")]
    deploy_step.handler(of_task(cloudformation), Context())
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


def stopped(code: int | None, status: str = "STOPPED") -> Json:
    containers = [{"name": "proxy", "exitCode": 0}, {"name": "migrate"} | ({} if code is None else {"exitCode": code})]
    reason = "Essential container in task exited"
    return {"taskArn": TASK_ARN, "lastStatus": status, "containers": containers, "stoppedReason": reason}


def started() -> Json:
    return {"tasks": [{"taskArn": TASK_ARN}], "failures": []}


def of_task(cloudformation: CloudFormation) -> dict[str, Json]:
    return event(cloudformation, Step="jobs.migrate", Task=TASK, With='{"B":"2","A":"1"}')


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
