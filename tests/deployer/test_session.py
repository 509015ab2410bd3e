"""Connecting: the right account, and clear words when there is none."""

from __future__ import annotations

import socket

import pytest

from deployer.deployed import find_stack
from deployer.errors import REFUSED, UNREACHABLE, DeployError
from deployer.faults import explained
from deployer.sandbox.process import Sandbox
from deployer.session import SANDBOX, Destination, connect_to, sandbox_destination

REGION = "us-east-1"
KEYS = {"aws_access_key_id": "000000000000", "aws_secret_access_key": "sandbox"}


def test_the_sandbox_is_told_by_name_and_its_port_stays_out_of_urls(sandbox: Sandbox) -> None:
    aws = connect_to(sandbox_destination(sandbox, REGION))
    assert (aws.account, aws.endpoint) == ("000000000000", SANDBOX)
    assert aws.template_base == "https://s3.us-east-1.amazonaws.com"


def test_an_endpoint_of_the_environment_is_honoured(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sandbox.endpoint_url)
    aws = connect_to(Destination(REGION, credentials=KEYS))
    assert (aws.endpoint, aws.template_base) == (sandbox.endpoint_url, sandbox.endpoint_url)


def test_another_account_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(DeployError, match=r"belong to account 000000000000, but .* to 222222222222") as caught:
        connect_to(sandbox_destination(sandbox, REGION, account="222222222222"))
    assert caught.value.exit_code == REFUSED


def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(DeployError, match="no usable AWS credentials") as caught:
        connect_to(Destination(REGION))
    assert caught.value.exit_code == UNREACHABLE
    with pytest.raises(DeployError, match="nowhere") as caught:
        connect_to(Destination(REGION, profile="nowhere"))
    assert caught.value.exit_code == UNREACHABLE


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(DeployError, match="AWS does not respond while connecting to AWS") as caught:
        connect_to(Destination(REGION, sandbox_url=url, credentials=KEYS))
    assert caught.value.exit_code == UNREACHABLE


def test_a_refusal_of_the_service_is_told_with_its_code(sandbox: Sandbox) -> None:
    aws = connect_to(sandbox_destination(sandbox, REGION))
    with pytest.raises(DeployError, match="AWS refused while trying: ") as caught, explained("trying"):
        aws.cloudformation.execute_change_set(ChangeSetName="none", StackName="none")
    assert caught.value.exit_code == REFUSED
    assert find_stack(aws, "none") is None
