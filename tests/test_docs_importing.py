"""The walk through an import, as docs/importing.md shows it, on the sandbox."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main

PAGE = Path(__file__).parents[1] / "docs" / "importing.md"
WALK = PAGE.read_text(encoding="utf-8").partition("<!-- walk -->")[2].partition("<!-- /walk -->")[0]


TAKEN = """platform: shop
environments: {prod: {posture: production}}
naming: "${name}"
tables:
  orders: {key: id}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder; no credentials and no settings of the machine reach the commands."""
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


@pytest.mark.slow
def test_the_walk_is_as_it_is_told(folder: Path) -> None:
    (spec,) = re.findall(r"```yaml\n(.*?)```", WALK, re.DOTALL)
    (commands,) = re.findall(r"```console\n(.*?)```", WALK, re.DOTALL)
    (folder / "shop.yaml").write_text(spec, encoding="utf-8")
    results = [CliRunner().invoke(main, shlex.split(line)[1:]) for line in commands.splitlines()]
    assert [result.exit_code for result in results] == [0] * 5
    assert "AWS::DynamoDB::Table OrdersTable is retained as shop-prod-orders" in results[1].stdout
    assert "stack shop-prod-DataStack-" in results[2].stdout and ": IMPORT_COMPLETE" in results[2].stdout
    assert "No changes" in results[4].stdout


@pytest.mark.slow
def test_without_the_import_the_name_is_taken(folder: Path) -> None:
    """As the page says it of a creation that fails."""
    (folder / "shop.yaml").write_text(TAKEN, encoding="utf-8")

    def run(*words: str) -> str:
        return CliRunner().invoke(main, [*words, "--sandbox", "--yes"]).stderr

    run("deploy", "shop.yaml", "--env", "prod")
    run("destroy", "shop.yaml", "--env", "prod", "--disable-protection")
    failed = run("deploy", "shop.yaml", "--env", "prod")
    told = "CREATE_FAILED: Resource of type 'AWS::DynamoDB::Table' with identifier 'orders' already exists."
    assert told in failed and told in PAGE.read_text(encoding="utf-8")
    command = "stackwright import SPEC --env prod tables.orders/OrdersTable=orders"
    assert command in " ".join(failed.split()) and command in PAGE.read_text(encoding="utf-8")
