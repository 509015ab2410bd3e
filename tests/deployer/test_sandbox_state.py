"""What the sandbox keeps between commands, however they end."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest

from compiler.source.json_value import Json
from deployer.sandbox.process import Sandbox, SandboxUnavailable, open_sandbox
from deployer.sandbox.server import commit_state, working_state

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow  # a server a test, started and ended

REGION = "eu-west-1"
TEMPLATE = {
    "Resources": {"Ip": {"Type": "AWS::EC2::EIP"}, "Bucket": {"Type": "AWS::S3::Bucket"}},
    "Outputs": {
        "Allocation": {"Value": {"Fn::GetAtt": ["Ip", "AllocationId"]}},
        "Bucket": {"Value": {"Ref": "Bucket"}},
    },
}


def client(sandbox: Sandbox, service: str = "cloudformation") -> Json:
    keys: Json = {"aws_access_key_id": sandbox.credentials.access_key_id, "aws_secret_access_key": "sandbox"}
    made: Json = boto3.client
    return made(service, endpoint_url=sandbox.endpoint_url, region_name=sandbox.region, **keys)


def statuses(sandbox: Sandbox) -> dict[str, str]:
    return {stack["StackName"]: stack["StackStatus"] for stack in client(sandbox).describe_stacks()["Stacks"]}


def deploy(sandbox: Sandbox, name: str) -> dict[str, str]:
    stacks = client(sandbox)
    stacks.create_stack(StackName=name, TemplateBody=json.dumps(TEMPLATE))
    stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 0.05})
    found = stacks.describe_stacks(StackName=name)["Stacks"][0]["Outputs"]
    return {output["OutputKey"]: output["OutputValue"] for output in found}


COMMAND = """
import json, os, sys, time, boto3
from pathlib import Path
from deployer.sandbox.process import open_sandbox
with open_sandbox(Path(sys.argv[1]), "eu-west-1") as sandbox:
    keys = {"aws_access_key_id": sandbox.credentials.access_key_id, "aws_secret_access_key": "sandbox"}
    def client(service):
        return boto3.client(service, endpoint_url=sandbox.endpoint_url, region_name=sandbox.region, **keys)
    stacks = client("cloudformation")
    def described():
        return stacks.describe_stacks(StackName="st")["Stacks"][0]
"""


def command(folder: Path, text: str) -> Json:
    """Run a command in a process of its own; what it prints is JSON."""
    indented = "".join(f"    {line}\n" for line in text.strip().splitlines())
    words = [sys.executable, "-c", COMMAND + indented, str(folder)]
    done = subprocess.run(words, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout or "null")


def test_a_plan_of_one_command_is_applied_by_the_next(tmp_path: Path) -> None:
    text = json.dumps(TEMPLATE)
    planned = command(
        tmp_path,
        f"""
made = stacks.create_change_set(StackName="st", ChangeSetName="p", ChangeSetType="CREATE", TemplateBody={text!r})
print(json.dumps([made["Id"], described()["StackStatus"]]))""",
    )
    assert planned[1] == "REVIEW_IN_PROGRESS"
    applied = command(
        tmp_path,
        f"""
stacks.execute_change_set(ChangeSetName={planned[0]!r})
stacks.get_waiter("stack_create_complete").wait(StackName="st", WaiterConfig={{"Delay": 0.05}})
found = {{output["OutputKey"]: output["OutputValue"] for output in described()["Outputs"]}}
client("s3").put_object(Bucket=found["Bucket"], Key="folder/key", Body=b"content")
print(json.dumps(found))""",
    )
    seen = command(
        tmp_path,
        f"""
found = {{output["OutputKey"]: output["OutputValue"] for output in described()["Outputs"]}}
again = stacks.create_change_set(StackName="st", ChangeSetName="q", ChangeSetType="UPDATE", TemplateBody={text!r})
answer = stacks.describe_change_set(ChangeSetName=again["Id"])
events = stacks.describe_stack_events(StackName="st")["StackEvents"]
content = client("s3").get_object(Bucket=found["Bucket"], Key="folder/key")["Body"].read().decode()
print(json.dumps([found, answer["Status"], content, len(events)]))""",
    )
    assert seen[:3] == [applied, "FAILED", "content"]
    assert seen[3] > 4


def test_the_state_is_kept_when_a_command_is_killed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        command(
            tmp_path,
            """
stacks.create_stack(StackName="st", TemplateBody='{"Resources": {"Ip": {"Type": "AWS::EC2::EIP"}}}')
stacks.get_waiter("stack_create_complete").wait(StackName="st", WaiterConfig={"Delay": 0.05})
os.kill(os.getpid(), 9)""",
        )
    with open_sandbox(tmp_path, REGION) as sandbox:
        assert statuses(sandbox) == {"st": "CREATE_COMPLETE"}


def test_what_was_deleted_does_not_come_back(tmp_path: Path) -> None:
    with open_sandbox(tmp_path, REGION) as sandbox:
        bucket = deploy(sandbox, "st")["Bucket"]
        client(sandbox, "s3").put_object(Bucket=bucket, Key="key", Body=b"content")
        client(sandbox, "s3").delete_object(Bucket=bucket, Key="key")
    with open_sandbox(tmp_path, REGION) as sandbox:
        client(sandbox).delete_stack(StackName="st")
        client(sandbox).get_waiter("stack_delete_complete").wait(StackName="st", WaiterConfig={"Delay": 0.05})
    with open_sandbox(tmp_path, REGION) as sandbox:
        assert client(sandbox, "s3").list_buckets()["Buckets"] == []
        assert client(sandbox).describe_stacks()["Stacks"] == []


def test_the_state_is_kept_when_a_command_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), open_sandbox(tmp_path, REGION) as sandbox:
        deploy(sandbox, "st")
        raise ZeroDivisionError
    with open_sandbox(tmp_path, REGION) as sandbox:
        assert statuses(sandbox) == {"st": "CREATE_COMPLETE"}


def test_an_operation_that_was_cut_off_does_not_block_its_stack(tmp_path: Path) -> None:
    wait = {"Handle": {"Ref": "Handle"}, "Timeout": "600"}
    held = {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {"Type": "AWS::CloudFormation::WaitCondition", "Properties": wait},
    }
    with open_sandbox(tmp_path, REGION) as sandbox:
        client(sandbox).create_stack(StackName="st", TemplateBody=json.dumps({"Resources": held}))
        assert statuses(sandbox) == {"st": "CREATE_IN_PROGRESS"}
    with open_sandbox(tmp_path, REGION) as sandbox:
        assert statuses(sandbox) == {"st": "CREATE_FAILED"}
        client(sandbox).delete_stack(StackName="st")
        client(sandbox).get_waiter("stack_delete_complete").wait(StackName="st", WaiterConfig={"Delay": 0.05})
        assert deploy(sandbox, "st")["Allocation"].startswith("eipalloc-")


def test_two_commands_at_a_time_wait_for_each_other(tmp_path: Path) -> None:
    folder = tmp_path / "shared"

    def other() -> None:
        with open_sandbox(folder, REGION) as sandbox:
            deploy(sandbox, "second")

    waiting = threading.Thread(target=other)
    with open_sandbox(folder, REGION) as sandbox:
        waiting.start()
        with pytest.raises(SandboxUnavailable, match="another command"), open_sandbox(folder, REGION, wait_seconds=0.1):
            pytest.fail("two commands have the same sandbox")
        deploy(sandbox, "first")
    waiting.join()
    with open_sandbox(folder, REGION) as sandbox:
        assert statuses(sandbox) == {"first": "CREATE_COMPLETE", "second": "CREATE_COMPLETE"}


def test_a_state_that_cannot_be_saved_is_an_error_and_leaves_the_last_one(tmp_path: Path) -> None:
    with open_sandbox(tmp_path, REGION) as sandbox:
        deploy(sandbox, "first")
    working = tmp_path / "state.working"
    with pytest.raises(SandboxUnavailable, match="save its state"), open_sandbox(tmp_path, REGION) as sandbox:
        deploy(sandbox, "second")
        shutil.rmtree(working)
        working.write_text("in the way")
    working.unlink()
    with open_sandbox(tmp_path, REGION) as sandbox:
        assert statuses(sandbox) == {"first": "CREATE_COMPLETE"}


@pytest.mark.parametrize(
    ("found", "adopted"),
    [
        ({}, None),
        ({"state": "old"}, "old"),
        ({"state": "old", "state.working": "torn"}, "old"),
        ({"state": "old", "state.saved": "new"}, "new"),
        ({"state.saved": "new"}, "new"),
    ],
)
def test_only_a_state_that_was_saved_whole_is_gone_on_with(
    tmp_path: Path, found: dict[str, str], adopted: str | None
) -> None:
    for name, text in found.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "cloudformation.json").write_text(text)
    kept = working_state(tmp_path) / "cloudformation.json"
    assert (kept.read_text() if kept.exists() else None) == adopted
    commit_state(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_a_server_that_dies_leaves_what_the_last_command_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Json] = []
    start = subprocess.Popen

    def remembering(*words: Json, **options: Json) -> Json:
        started.append(start(*words, **options))
        return started[-1]

    with open_sandbox(tmp_path, REGION) as sandbox:
        deploy(sandbox, "first")
        before = client(sandbox, "s3").list_buckets()["Buckets"]
    monkeypatch.setattr(subprocess, "Popen", remembering)
    with pytest.raises(SandboxUnavailable, match="save its state"), open_sandbox(tmp_path, REGION) as sandbox:
        deploy(sandbox, "second")
        started[0].kill()
    with open_sandbox(tmp_path, REGION) as sandbox:
        assert statuses(sandbox) == {"first": "CREATE_COMPLETE"}
        after = client(sandbox, "s3").list_buckets()["Buckets"]
    assert [bucket["Name"] for bucket in after] == [bucket["Name"] for bucket in before]


def test_the_port_stays_the_same_so_that_stored_urls_stay_right(tmp_path: Path) -> None:
    with open_sandbox(tmp_path, REGION) as sandbox:
        first = sandbox.endpoint_url
    with open_sandbox(tmp_path, REGION) as sandbox:
        assert sandbox.endpoint_url == first
    with socket.create_server(("127.0.0.1", urlsplit(first).port or 0)), open_sandbox(tmp_path, REGION) as sandbox:
        assert sandbox.endpoint_url != first


def test_it_is_reached_only_on_the_loopback_address(tmp_path: Path) -> None:
    with open_sandbox(tmp_path, REGION) as sandbox:
        url = urlsplit(sandbox.endpoint_url)
        assert url.hostname == "127.0.0.1"
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.2", url.port or 0), timeout=2).close()


def test_functions_in_it_see_nothing_of_the_users_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKWRIGHT_TEST_SECRET", "of the user")
    code = "import json, os\ndef handler(event, context):\n    return dict(os.environ)\n"
    role = "arn:aws:iam::000000000000:role/x"
    function = {"Runtime": "python3.12", "Handler": "index.handler", "Role": role, "Code": {"ZipFile": code}}
    body = {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": function | {"FunctionName": "f"}}}}
    with open_sandbox(tmp_path, REGION) as sandbox:
        client(sandbox).create_stack(StackName="st", TemplateBody=json.dumps(body))
        client(sandbox).get_waiter("stack_create_complete").wait(StackName="st", WaiterConfig={"Delay": 0.05})
        answer = json.loads(client(sandbox, "lambda").invoke(FunctionName="f")["Payload"].read())
    with open_sandbox(tmp_path, REGION) as sandbox:
        again = json.loads(client(sandbox, "lambda").invoke(FunctionName="f")["Payload"].read())
    assert again["AWS_LAMBDA_FUNCTION_NAME"] == answer["AWS_LAMBDA_FUNCTION_NAME"] == "f"
    assert "STACKWRIGHT_TEST_SECRET" not in answer
    assert answer["HOME"] != os.environ.get("HOME")


def test_an_account_is_played_and_kept_apart(tmp_path: Path) -> None:
    with open_sandbox(tmp_path, REGION, "111122223333") as sandbox:
        assert client(sandbox, "sts").get_caller_identity()["Account"] == "111122223333"
        deploy(sandbox, "st")
    with open_sandbox(tmp_path, REGION) as sandbox:
        assert client(sandbox, "sts").get_caller_identity()["Account"] == "000000000000"
        assert statuses(sandbox) == {}
