"""Data is removed or replaced only by its name, and an environment can want saved plans: commands on the sandbox."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from deployer.approval import Approvals, approval_options, approve
from deployer.errors import UNAPPROVED, DeployError
from reviewer.change import Review, Risk
from tests.reviewer.pairs import found
from tests.reviewer.programs import resource
from tests.test_cli import HEAD, QUEUE, run
from tests.test_cli import folder as folder

ROOT = Path(__file__).parent.parent
DATA = QUEUE + "tables:\n  orders: {key: {partition: id}}\n"
REPLACED = "tables:\n  orders: {key: {partition: order_id}}\n"
HERE = ("--env", "dev", "--sandbox")
LOST = Risk("data", "queues.jobs", "removed: the queue and its data are DELETED", "shop.yaml:7:3", approval=True)
PLAIN = Risk("access", "services.web", "may now write buckets.media")
REVIEW = Review("shop", "dev", "shop-dev", "us-east-1", "000000000000", "update", (), risks=(LOST, PLAIN))


def apply(*options: str) -> Result:
    return CliRunner().invoke(main, ["apply", "dev.plan", *options])


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [
        (resource("SQS::Queue"), None, True),
        (resource("DynamoDB::Table", DeletionPolicy="Retain"), None, True),
        (resource("RDS::DBInstance", {"Engine": "mysql"}), resource("RDS::DBInstance", {"Engine": "mariadb"}), True),
        (resource("SNS::Topic"), None, False),
        (resource("RDS::DBInstance", {"DBClusterIdentifier": "c"}), None, False),
        (
            resource("RDS::DBInstance", {"BackupRetentionPeriod": 7}),
            resource("RDS::DBInstance", {"BackupRetentionPeriod": 1}),
            False,
        ),
        (
            resource("RDS::DBInstance", {"BackupRetentionPeriod": 7}),
            resource("RDS::DBInstance", {"BackupRetentionPeriod": 0}),
            True,
        ),
        (
            resource("RDS::DBInstance", {"DeletionProtection": True}),
            resource("RDS::DBInstance", {"DeletionProtection": False}),
            True,
        ),
        (
            resource("DynamoDB::Table", {"DeletionProtectionEnabled": True}),
            resource("DynamoDB::Table", {}),
            True,
        ),
        (
            resource("Cognito::UserPool", {"DeletionProtection": "INACTIVE"}),
            resource("Cognito::UserPool", {"DeletionProtection": "ACTIVE"}),
            False,
        ),
    ],
)
def test_what_removes_or_unprotects_data_has_to_be_approved(before: object, after: object, asked: bool) -> None:
    old, new = {"Other": resource("SNS::Topic"), "It": before}, {"Other": resource("SNS::Topic")}
    risks = found(old, new if after is None else new | {"It": after}).risks
    assert [risk.component for risk in risks if risk.approval] == (["kind.It"] if asked else [])


def test_each_name_that_is_missing_is_an_error_of_its_own() -> None:
    twice = replace(REVIEW, risks=(LOST, replace(LOST, text="more"), replace(LOST, component="", place="")))
    with pytest.raises(DeployError) as caught:
        approve([twice], Approvals(["queue.jobs"]))
    assert caught.value.exit_code == UNAPPROVED
    first, second = caught.value.diagnostics
    assert (first.code, first.component, first.place.line) == ("not-approved", "queues.jobs", 7)
    assert first.message == "removed: the queue and its data are DELETED; more"
    assert first.suggestion == "if that is meant, give --approve queues.jobs (not 'queue.jobs')"
    assert second.suggestion == "if that is meant, give --approve shop-dev"
    approve([twice], Approvals(["queues.jobs", "shop-dev", "tables.gone"]))
    assert approval_options([twice]) == " --approve queues.jobs --approve shop-dev"


def test_a_plan_that_does_nothing_needs_no_name() -> None:
    approve([replace(REVIEW, empty=True), replace(REVIEW, risks=(PLAIN,))], Approvals())


def test_somebody_is_asked_for_what_was_not_given() -> None:
    asked: list[str] = []

    def no(name: str, _risks: Sequence[Risk]) -> bool:
        asked.append(name)
        return False

    other = replace(REVIEW, risks=(replace(LOST, component="tables.orders"),))
    with pytest.raises(DeployError) as caught:
        approve([REVIEW, other], Approvals(["queues.jobs"], no))
    assert (asked, caught.value.diagnostics[0].component) == (["tables.orders"], "tables.orders")
    approve([REVIEW, other], Approvals([], lambda _name, _risks: True))


@pytest.mark.slow
def test_a_name_that_is_missing_is_status_6_and_nothing_is_changed(folder: Path) -> None:
    assert run(HEAD + DATA, "deploy", *HERE, "--yes").exit_code == 0
    refused = run(HEAD + REPLACED, "deploy", *HERE, "--yes")
    assert refused.exit_code == 6
    assert "error[not-approved]: queues.jobs: removed: the queue and its data are DELETED" in refused.stderr
    assert (
        "spec.yaml:6:18: error[not-approved]: tables.orders: replaced: key.partition: id → order_id" in refused.stderr
    )
    assert refused.stderr.count("help: if that is meant, give --approve ") == 2
    half = run(HEAD + REPLACED, "deploy", *HERE, "--yes", "--approve", "tables.orders", "--format", "json")
    assert half.exit_code == 6
    (missing,) = json.loads(half.stdout)["diagnostics"]
    assert (missing["code"], missing["component"]) == ("not-approved", "queues.jobs")

    planned = run(HEAD + REPLACED, "plan", *HERE, "--out", "dev.plan")
    assert planned.exit_code == 0
    command = "stackwright apply dev.plan --approve queues.jobs --approve tables.orders"
    assert planned.stdout.endswith(f"run: {command}\n")
    assert apply().exit_code == 6
    assert run(HEAD + DATA, "deploy", *HERE, "--yes").stdout.count("No changes.") == 1
    done = apply(*command.split()[3:])
    assert done.exit_code == 0, done.stderr
    again = run(HEAD + REPLACED, "deploy", *HERE, "--yes")
    assert (again.exit_code, "No changes." in again.stdout) == (0, True)


@pytest.mark.slow
def test_on_a_terminal_the_name_is_typed(folder: Path) -> None:
    two = QUEUE + "topics:\n  news: {}\n"
    assert run(HEAD + two, "deploy", *HERE, "--yes").exit_code == 0
    Path("spec.yaml").write_text(HEAD + "topics:\n  news: {}\n")
    code, told = on_terminal(folder, "yes\n")
    assert code == 6
    assert "queues.jobs: removed: the queue and its data are DELETED" in told
    assert "Type queues.jobs to approve: " in told
    code, told = on_terminal(folder, "queues.jobs\n")
    assert code == 0, told


def on_terminal(folder: Path, typed: str) -> tuple[int, str]:
    """`deploy --yes` with a terminal as its input."""
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    command = [sys.executable, "-c", "from cli import main; main()", "deploy", "spec.yaml", *HERE, "--yes"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    made = subprocess.run(
        command, cwd=folder, env=environment, stdin=theirs, capture_output=True, text=True, check=False, timeout=120
    )
    os.close(ours)
    os.close(theirs)
    return made.returncode, made.stdout + made.stderr


@pytest.mark.slow
def test_an_environment_can_want_saved_plans(folder: Path) -> None:
    text = HEAD.replace("posture: production", "posture: production, saved_plans_only: true") + QUEUE
    refused = run(text, "deploy", "--env", "prod", "--sandbox", "--yes")
    assert refused.exit_code == 4
    assert "error[saved-plans-only]: prod is changed by saved plans only" in refused.stderr
    plan, both = "stackwright plan spec.yaml --env prod --out prod.plan", "stackwright apply prod.plan"
    assert f"help: run: {plan}, and then: {both}" in refused.stderr
    assert not Path(".stackwright", "sandbox").exists()
    assert run(text, "plan", "--env", "prod", "--sandbox", "--out", "prod.plan").exit_code == 0
    assert CliRunner().invoke(main, ["apply", "prod.plan"]).exit_code == 0
    assert run(text, "deploy", *HERE, "--yes").exit_code == 0
