"""In the sandbox: a step of a deployment runs, runs again when it changed, and fails the deployment with its reason."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.outcome import Outcome
from deployer.plan import make_plan
from deployer.sandbox.note import sandbox_note
from deployer.sandbox.process import Sandbox, open_sandbox
from deployer.session import Aws, connect_to, sandbox_destination

pytestmark = pytest.mark.slow

CODE = """
import json, os, boto3

def handler(event, context):
    if event["fail"]:
        raise LookupError("no such table: orders")
    boto3.client("sqs").send_message(QueueUrl=os.environ["DONE_URL"], MessageBody=json.dumps(event))
"""
SPEC = """
platform: demo
environments: {dev: {posture: development}}
queues: {done: {}}
functions:
  step:
    runtime: python3.13
    code: code
    handler: app.handler
    uses: {done: send}
    triggers: [{deploy: after, with: %s}]
"""
ELSEWHERE = """
platform: other
environments: {dev: {posture: development}}
databases: {main: {engine: postgres, version: "17", extensions: [vector]}}
functions:
  inside: {runtime: python3.13, code: code, handler: app.handler, uses: {main: manage}, triggers: [{deploy: before}]}
  java: {runtime: java21, code: code, handler: app.Handler, triggers: [{deploy: after}]}
jobs:
  task: {image: "example/task:1.0", deploy: before}
"""


def compiled(folder: Path, text: str) -> Compiled:
    (folder / "code").mkdir(exist_ok=True)
    (folder / "code" / "app.py").write_text(CODE)
    (folder / "spec.yaml").write_text(text)
    (found,) = compile_spec(str(folder / "spec.yaml"))
    return found


def deployed(aws: Aws, folder: Path, given: str) -> Outcome:
    return apply_plan(make_plan(compiled(folder, SPEC % given), folder, aws), aws)


def messages(sandbox: Sandbox) -> list[str]:
    """What the step said since the last time."""
    client: Json = boto3.client(
        "sqs",
        endpoint_url=sandbox.endpoint_url,
        region_name=sandbox.region,
        aws_access_key_id=sandbox.credentials.access_key_id,
        aws_secret_access_key=sandbox.credentials.secret_access_key,
    )
    (url,) = (one for one in client.list_queues()["QueueUrls"] if "DeadLetter" not in one)
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ())
    for one in found:
        client.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
    return [one["Body"] for one in found]


def test_a_step_runs_when_it_changed_and_fails_with_its_reason(tmp_path: Path) -> None:
    with open_sandbox(tmp_path / "sandbox", "us-east-1") as sandbox:
        aws = connect_to(sandbox_destination(sandbox, "us-east-1", None))
        assert deployed(aws, tmp_path, "{fail: false, schema: 1}").succeeded
        assert messages(sandbox) == ['{"fail": false, "schema": 1}']
        assert make_plan(compiled(tmp_path, SPEC % "{fail: false, schema: 1}"), tmp_path, aws).empty
        assert deployed(aws, tmp_path, "{fail: false, schema: 2}").succeeded
        assert messages(sandbox) == ['{"fail": false, "schema": 2}']
        failed = deployed(aws, tmp_path, "{fail: true, schema: 3}")
        assert not failed.succeeded and failed.status == "UPDATE_ROLLBACK_COMPLETE"
        assert "no such table: orders" in str(failed)
        assert messages(sandbox) == [], "the rollback runs nothing"


def test_what_can_not_run_here_is_recorded_and_told(tmp_path: Path) -> None:
    with open_sandbox(tmp_path / "sandbox", "us-east-1") as sandbox:
        aws = connect_to(sandbox_destination(sandbox, "us-east-1", None))
        plan = make_plan(compiled(tmp_path, ELSEWHERE), tmp_path, aws)
        assert "Deploy-time steps of databases.main, functions.inside, functions.java, jobs.task: " in sandbox_note(
            plan
        )
        assert apply_plan(plan, aws).succeeded
