"""`import` as people and scripts call it, on the sandbox."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from compiler.source.json_value import Json

SPEC = """platform: demo
environments:
  dev: {posture: production}
  prod: {posture: production, saved_plans_only: true}
tables:
  orders: {key: id}
queues:
  jobs: {}
"""


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


def run(command: str, *options: str, answer: str = "", environment: str = "dev") -> Result:
    words = [command, "spec.yaml", "--env", environment, "--sandbox", *options]
    return CliRunner().invoke(main, words, input=answer)


def review(*options: str) -> Json:
    (found,) = json.loads(run("plan", "--format", "json", *options).stdout)["reviews"]
    return found


@pytest.mark.slow
def test_what_a_removal_left_behind_comes_back(folder: Path) -> None:
    assert run("deploy", "--yes").exit_code == 0
    removed = run("destroy", "--yes", "--disable-protection", "--approve", "queues.jobs")
    (table,) = re.findall(
        r"retained: tables.orders: AWS::DynamoDB::Table OrdersTable is retained as (\S+)", removed.stdout
    )
    assert "stackwright import SPEC --env ENV COMPONENT/LOGICAL_ID=IDENTIFIER" in removed.stdout

    asked = run("import", f"tables.orders={table}", answer="n\n")
    assert (asked.exit_code, "Execute this change set? [y/N]" in asked.stderr) == (1, True)
    assert "creates empty nested stacks, into which the resources are imported next" in asked.stdout
    wrong = run("import", "tables.orders=no-table", "--yes")
    assert wrong.exit_code == 4
    assert "does not import tables.orders=no-table: Table: no-table does not exist." in wrong.stderr

    done = run("import", f"tables.orders={table}", "--yes", "--review", "review.md")
    assert done.exit_code == 0
    assert f"← tables.orders  imported  OrdersTable is {table}  spec.yaml:6:3" in done.stdout
    assert "IMPORT_COMPLETE tables.orders: OrdersTable AWS::DynamoDB::Table" in done.stderr
    assert done.stdout.splitlines()[-1] == "next: stackwright deploy spec.yaml --env dev"
    assert f"OrdersTable is {table}" in (folder / "review.md").read_text()

    repeated = run("import", f"tables.orders={table}", "--yes")
    assert (repeated.exit_code, repeated.stdout.splitlines()[0]) == (
        0,
        "nothing to import: all of it is in the platform's stacks",
    )
    saved = run("import", f"tables.orders={table}", "--out", "none.plan")
    assert (saved.exit_code, (folder / "none.plan").exists()) == (0, False)

    following = review()
    assert [risk["text"] for risk in following["risks"] if risk["approval"]] == []
    assert {one["component"]: one["effect"] for one in following["components"]}["tables.orders"] == "update"
    assert run("deploy", "--yes").exit_code == 0
    assert run("outputs").stdout.split()[-1] == table
    assert review()["empty"]


def test_saved_imports_and_reports_for_machines(folder: Path) -> None:
    assert run("deploy", "--yes").exit_code == 0
    (folder / "spec.yaml").write_text(SPEC.replace("queues:", "  users: {key: id}\nqueues:"))
    taken = "tables.users=demo-users"
    assert run("deploy", "--yes").exit_code == 0
    again = json.loads(run("import", taken, "--out", "import.plan", "--format", "json").stdout)
    (fault,) = again["diagnostics"]
    assert (fault["code"], fault["component"]) == ("already-deployed", "tables.users")

    unknown = run("import", "tables.user=x", "tables.users/UserTable=x", "tables.orders=x", "tables.orders=y")
    assert unknown.exit_code == 4
    lines = [line.strip() for line in unknown.stderr.splitlines()]
    assert "error[unknown-resource]: no component 'tables.user'" in lines
    assert "help: did you mean 'tables.users'?" in lines
    assert "help: did you mean 'UsersTable'?" in lines
    assert "help: leave one of them out" in lines

    malformed = run("import", "tables.users")
    assert (malformed.exit_code, "is not COMPONENT=IDENTIFIER" in malformed.stderr) == (2, True)


def test_an_environment_of_saved_plans_is_imported_by_one(folder: Path) -> None:
    direct = run("import", "tables.orders=left", "--yes", environment="prod")
    assert direct.exit_code == 4
    assert "prod is changed by saved plans only (saved_plans_only)" in direct.stderr
    words = "stackwright import spec.yaml --env prod tables.orders=left --out prod.plan"
    assert f"help: run: {words}, and then: stackwright apply prod.plan" in direct.stderr

    saved = run("import", "tables.orders=left", "--out", "prod.plan", environment="prod")
    lines = saved.stdout.splitlines()
    assert lines[-2:] == [
        "run: stackwright apply prod.plan",
        "then run the same import again: it can be planned once these stacks exist",
    ]
    assert CliRunner().invoke(main, ["apply", "prod.plan"]).exit_code == 0
    again = run("import", "tables.orders=left", "--out", "prod.plan", environment="prod")
    assert (again.exit_code, "Table: left does not exist." in again.stderr) == (4, True)
