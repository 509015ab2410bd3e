"""`import` as people and scripts call it, on the sandbox."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main

SPEC = """platform: demo
environments:
  dev: {posture: production}
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


def run(command: str, *options: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, [command, "spec.yaml", "--env", "dev", "--sandbox", *options], input=answer)


def test_what_a_removal_left_behind_comes_back(folder: Path) -> None:
    r = run("deploy", "--yes")
    print(r.output)
    r = run("destroy", "--yes", "--disable-protection")
    print(r.output)
    import re

    r = run("import", "tables.orders=demo-dev-orders", "--yes")
    print(r.output)
    print(r.exception)
    r = run("deploy", "--yes")
    print(r.output)
    assert 0
