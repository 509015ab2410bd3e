"""`recover` and `events` as people and scripts call them, on the sandbox."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main

SPEC = "platform: demo\nenvironments:\n  dev: {posture: development}\nqueues:\n  jobs: {}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a spec; no credentials and no settings of the machine reach the commands."""
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / "spec.yaml").write_text(SPEC)
    return tmp_path


def run(command: str, *options: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, [command, "spec.yaml", "--env", "dev", "--sandbox", *options], input=answer)


def test_an_abandoned_plan_is_thrown_away_after_a_question(folder: Path) -> None:
    assert run("plan").exit_code == 0
    asked = run("recover", answer="n\n")
    assert asked.exit_code == 1
    lines = asked.stderr.splitlines()
    assert lines[0] == "demo-dev: REVIEW_IN_PROGRESS, a plan for a new stack was made and not executed"
    assert lines[1] == "  deletes what was planned and never executed, and the empty stack"
    assert lines[2].startswith("  change set stackwright-") and "made by stackwright for arn:aws" in lines[2]
    assert "Recover demo-dev? [y/N]" in asked.stderr

    done = json.loads(run("recover", "--yes", "--format", "json").stdout)
    (recovery,) = done["recoveries"].values()
    assert (recovery["step"], recovery["status"], len(recovery["change_sets"])) == ("discard", "REVIEW_IN_PROGRESS", 1)
    assert [(one["status"], one["succeeded"]) for one in done["outcomes"]] == [("DELETE_COMPLETE", True)]

    again = run("recover")
    assert (again.exit_code, again.stdout) == (0, "")
    assert again.stderr.splitlines() == [
        "demo-dev: not deployed, no stack of this name, or it was deleted",
        "  nothing to recover",
    ]


def test_events_and_options_of_a_sound_stack(folder: Path) -> None:
    assert run("deploy", "--yes", "--wait").exit_code == 0
    lines = run("events").stdout.splitlines()
    assert lines[0].endswith("CREATE_IN_PROGRESS demo-dev AWS::CloudFormation::Stack")
    assert any("CREATE_COMPLETE queues.jobs: JobsQueue AWS::SQS::Queue" in line for line in lines)
    found = json.loads(run("events", "--format", "json").stdout)["events"]
    assert (found[-1]["status"], found[-1]["logical_id"]) == ("CREATE_COMPLETE", "demo-dev")
    followed = run("events", "--follow")
    assert (followed.exit_code, followed.stdout.splitlines()[0]) == (0, "stack demo-dev: CREATE_COMPLETE")
    assert "queues.jobs: JobsQueue" in followed.stderr

    refused = run("recover", "--skip", "queues.jobs", "--yes", "--format", "json")
    assert refused.exit_code == 4
    (fault,) = json.loads(refused.stdout)["diagnostics"]
    assert fault["message"] == "--skip is for a stack in state UPDATE_ROLLBACK_FAILED, but demo-dev is CREATE_COMPLETE"


def test_events_of_nothing(folder: Path) -> None:
    for options in ((), ("--follow",)):
        result = run("events", *options)
        assert result.exit_code == 4
        assert "error[not-deployed]: stack demo-dev is not deployed in us-east-1" in result.stderr


def test_cancelling_and_waiting_exclude_each_other(folder: Path) -> None:
    result = run("recover", "--cancel", "--wait")
    assert result.exit_code == 2
    assert "choose one of them" in result.stderr
