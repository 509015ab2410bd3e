"""What the tests of the provider are made of: CloudFormation's address, the services it asks, and an event."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

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


def stopped(code: int | None, status: str = "STOPPED") -> Json:
    containers = [{"name": "proxy", "exitCode": 0}, {"name": "migrate"} | ({} if code is None else {"exitCode": code})]
    reason = "Essential container in task exited"
    return {"taskArn": TASK_ARN, "lastStatus": status, "containers": containers, "stoppedReason": reason}


def started() -> Json:
    return {"tasks": [{"taskArn": TASK_ARN}], "failures": []}


def of_task(cloudformation: CloudFormation) -> dict[str, Json]:
    return event(cloudformation, Step="jobs.migrate", Task=TASK, With='{"B":"2","A":"1"}')
