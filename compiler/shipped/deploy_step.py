"""Runs a function or a task at a deployment, waits for it, and tells CloudFormation how it ended.

Needs nothing that Lambda's Python runtime lacks. Source: CloudFormation user guide, "Custom resources".
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

MARGIN = 20
"""Seconds that are left for the answer to CloudFormation before Lambda ends this function."""
EVERY = 5
PAUSES = (2, 4, 8, 16, 32)
NOT_YET = ("AccessDenied", "AccessDeniedException", "ResourceConflictException", "TooManyRequestsException")
"""What a new role or function gets while IAM and Lambda still make it known: nothing has run then."""
NOT_ASSUMED = "unable to assume the role"
"""What ECS says of a new role of a task."""
LONGEST_REASON = 1500
"""Bytes; the whole answer may have 4,096."""


class StepFailed(Exception):
    """The step's own reason."""


def handler(event: dict[str, Any], context: Any) -> None:
    """Answer whatever happens: without an answer the deployment would wait until its timeout."""
    status, reason = "SUCCESS", ""
    try:
        if event["RequestType"] != "Delete" and not rolls_back(event["StackId"]):
            left = context.get_remaining_time_in_millis() / 1000 - MARGIN
            run(event["ResourceProperties"], event["RequestId"], time.monotonic() + left)
    except StepFailed as fault:
        status, reason = "FAILED", f"{event['ResourceProperties'].get('Step', '')}: {fault}"
    except Exception as fault:  # noqa: BLE001
        status, reason = "FAILED", f"{type(fault).__name__}: {fault}"
    print(status, reason)
    answer(event, status, reason)


def rolls_back(stack: str) -> bool:
    """In a rollback nothing runs: what the step did stays, and a failure would leave UPDATE_ROLLBACK_FAILED."""
    (found,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return "ROLLBACK" in found["StackStatus"]


def run(wanted: Mapping[str, Any], token: str, until: float) -> None:
    given = wanted.get("With", "{}")
    if "Task" in wanted:
        run_task(wanted["Task"], json.loads(given), token, until)
    else:
        invoke(wanted["Function"], given, until)


def invoke(function: str, given: str, until: float) -> None:
    """Once: a function that ended with an error, or not in time, is not run again."""
    seconds = max(1, int(until - time.monotonic()) - sum(PAUSES))
    config = Config(read_timeout=seconds, retries={"total_max_attempts": 1}, tcp_keepalive=True)
    client: Any = boto3.client("lambda", config=config)
    try:
        found = patiently(client.invoke, FunctionName=function, Payload=given.encode())
    except ReadTimeoutError:
        raise StepFailed(f"did not end within {seconds} seconds") from None
    said = found["Payload"].read().decode()
    if found.get("FunctionError"):
        raise StepFailed(reason_in(said))


def reason_in(said: str) -> str:
    """``ValueError: no such table``, of what Lambda answers for a function that failed."""
    try:
        fault = json.loads(said)
        return ": ".join(str(fault[key]) for key in ("errorType", "errorMessage") if fault.get(key)) or said
    except (ValueError, TypeError, AttributeError):
        return said


def run_task(task: Mapping[str, Any], variables: Mapping[str, str], token: str, until: float) -> None:
    client: Any = boto3.client("ecs")
    network = {"subnets": task["Subnets"], "securityGroups": [task["SecurityGroup"]], "assignPublicIp": "DISABLED"}
    environment = [{"name": name, "value": value} for name, value in sorted(variables.items())]
    started = patiently(
        client.run_task,
        cluster=task["Cluster"],
        taskDefinition=task["TaskDefinition"],
        clientToken=token,
        capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
        networkConfiguration={"awsvpcConfiguration": network},
        overrides={"containerOverrides": [{"name": task["Container"], "environment": environment}]},
    )
    if not started["tasks"]:
        raise StepFailed(", ".join(str(one.get("reason")) for one in started["failures"]) or "no task was started")
    judge(ended(client, task["Cluster"], started["tasks"][0]["taskArn"], until), task)


def ended(client: Any, cluster: str, arn: str, until: float) -> Mapping[str, Any]:
    while True:
        found = client.describe_tasks(cluster=cluster, tasks=[arn])["tasks"]
        if found and found[0]["lastStatus"] == "STOPPED":
            stopped: Mapping[str, Any] = found[0]
            return stopped
        if time.monotonic() > until:
            raise StepFailed(f"the task {arn.split('/')[-1]} has not ended in time; it is still running")
        time.sleep(EVERY)


def judge(stopped: Mapping[str, Any], task: Mapping[str, Any]) -> None:
    codes = {one["name"]: one.get("exitCode") for one in stopped["containers"]}
    if codes.get(task["Container"]) == 0:
        return
    name = stopped["taskArn"].split("/")[-1]
    how = f"the task {name} ended with {codes.get(task['Container'])}: {stopped.get('stoppedReason', '')}"
    raise StepFailed("\n".join([how, *last_lines(task, name)]))


def last_lines(task: Mapping[str, Any], name: str) -> list[str]:
    """The end of what the task printed, which is its own reason."""
    try:
        stream = f"{task['Container']}/{task['Container']}/{name}"
        client: Any = boto3.client("logs")
        found = client.get_log_events(logGroupName=task["LogGroup"], logStreamName=stream, limit=5)
    except ClientError:
        return []
    return [str(one["message"]) for one in found["events"]]


def patiently(call: Callable[..., Any], **arguments: Any) -> Any:
    """`call`, which is tried again while a new role's permissions are not known everywhere yet."""
    for pause in PAUSES:
        try:
            return call(**arguments)
        except ClientError as fault:
            if fault.response["Error"]["Code"] not in NOT_YET and NOT_ASSUMED not in str(fault):
                raise
        time.sleep(pause)
    return call(**arguments)


def answer(event: Mapping[str, Any], status: str, reason: str) -> None:
    """The id stays the same, so that no update counts as a replacement."""
    body = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    body |= {"Status": status, "Reason": reason.encode()[:LONGEST_REASON].decode(errors="ignore")}
    body["PhysicalResourceId"] = event.get("PhysicalResourceId") or event["LogicalResourceId"]
    request = urllib.request.Request(
        event["ResponseURL"], json.dumps(body).encode(), {"Content-Type": ""}, method="PUT"
    )
    for pause in PAUSES[:3]:
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except OSError as fault:
            print(f"CloudFormation could not be told: {fault}")
            time.sleep(pause)
        else:
            return
