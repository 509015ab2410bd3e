"""What is in front of a platform deploys to the sandbox as its goldens have it, and then changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main

GOLDENS = Path(__file__).parents[1] / "golden"
CASES = {
    "buckets-websites": "dev",
    "cdn-behaviors": "dev",
    "cdn-lambdas": "away",
    "domains-tables": "prod",
    "load_balancer-cdn-only": "dev",
}


@pytest.mark.slow
@pytest.mark.parametrize(("case", "environment"), CASES.items(), ids=CASES)
def test_it_deploys(case: str, environment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(GOLDENS / case, tmp_path / "spec", dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path / "spec")
    of_it = ["spec.yaml", "--env", environment, "--sandbox"]
    for told in (["deploy", *of_it, "--yes"], ["plan", *of_it]):
        ran = CliRunner().invoke(main, told)
        assert ran.exit_code == 0, ran.output
    assert "No changes" in ran.output
