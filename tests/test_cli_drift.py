"""`drift`, `plan --drift` and `plan --revert-drift` as people and scripts call them, on the sandbox."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from deployer.opening import SANDBOX_FOLDER
from deployer.sandbox.process import DEFAULT_ACCOUNT, open_sandbox
from deployer.session import connect_to, sandbox_destination
from tests.test_cli_recover import folder

__all__ = ["folder"]

REGION = "us-east-1"


def run(command: str, *options: str) -> Result:
    return CliRunner().invoke(main, [command, "spec.yaml", "--env", "dev", "--sandbox", *options])


def tamper(folder: Path) -> None:
    """Change each queue of the account by hand."""
    with open_sandbox(folder / SANDBOX_FOLDER, REGION, DEFAULT_ACCOUNT) as sandbox:
        sqs = connect_to(sandbox_destination(sandbox, REGION)).client("sqs", REGION)
        for url in sqs.list_queues()["QueueUrls"]:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "77"})


@pytest.mark.slow
def test_drift_has_a_status_of_its_own(folder: Path) -> None:
    (folder / "spec.yaml").write_text(
        (folder / "spec.yaml").read_text().replace("jobs: {}", "jobs: {visibility_seconds: 33}")
    )
    nothing = run("drift")
    assert (nothing.exit_code, nothing.stdout) == (4, "")
    assert "error[not-deployed]: stack demo-dev is not deployed" in nothing.stderr

    assert run("deploy", "--yes").exit_code == 0
    assert (run("drift").exit_code, run("drift").stdout.splitlines()[0]) == (0, f"demo-dev in {REGION}: no drift")

    tamper(folder)
    found = run("drift")
    assert found.exit_code == 8
    assert "VisibilityTimeout: 33 → 77" in found.stdout and "spec.yaml:5:10" in found.stdout
    data = json.loads(run("drift", "--format", "json").stdout)
    (drift,) = data["drift"]
    (row,) = [one for one in drift["drifted"] if one["logical_id"] == "JobsQueue"]
    assert (row["component"], row["path"], row["expected"], row["actual"]) == (
        "queues.jobs",
        "VisibilityTimeout",
        "33",
        "77",
    )

    planned = run("plan", "--drift")
    assert planned.exit_code == 0 and "this plan does not change" in planned.stdout
    reverting = run("plan", "--revert-drift", "--format", "json")
    assert "brought back" in json.loads(reverting.stdout)["reviews"][0]["notes"][-1]
