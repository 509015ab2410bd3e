"""The GitHub Action: its form, and its steps with each of its inputs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from cli import main
from tests.ci.jobs import Runner

ACTION = Path(__file__).parent.parent.parent / "action.yml"
SPEC = """\
platform: shop
environments: {dev: {posture: development}, prod: {posture: production}}
queues:
  jobs: {dead_letter: {after: 3}}
"""


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runner:
    checkout = tmp_path / "checkout"
    (checkout / "spec").mkdir(parents=True)
    monkeypatch.chdir(checkout)
    Path("spec/shop.yaml").write_text(SPEC, encoding="utf-8")
    values = {
        "github.action_path": "/actions/stackwright/v1",
        "steps.python.outputs.python-path": "/python",
        "hashFiles('templates_out/**')": "hash",
    }
    return Runner(checkout, tmp_path / "runner", {}, values)


def compiled(*options: str) -> None:
    made = CliRunner().invoke(main, ["compile", *options], catch_exceptions=False)
    assert made.exit_code == 0, made.output


def test_it_holds_to_the_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", str(ACTION)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_inputs_reach_scripts_as_variables_alone_and_actions_are_pinned() -> None:
    for step in yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]:
        assert "${{" not in step.get("run", "")
        assert re.fullmatch(r"actions/[\w-]+@v\d+", step.get("uses", "actions/none@v1"))


def test_without_a_spec_it_installs_its_own_revision(runner: Runner) -> None:
    assert runner.composite(ACTION).status == 0
    (installed,) = runner.installed
    assert installed.endswith("pipx install --python /python /actions/stackwright/v1")


@pytest.mark.slow
def test_a_clean_platform_passes(runner: Runner) -> None:
    compiled("spec/shop.yaml")
    ran = runner.composite(ACTION, spec="spec/shop.yaml", strict="true")
    assert (ran.status, ran.text.count("no findings")) == (0, 3), ran.text


def test_each_spec_is_checked_and_what_is_wrong_is_at_its_line(runner: Runner) -> None:
    Path("spec/a b.yaml").write_text(SPEC.replace("jobs:", "jobs: {such: 1}\n  more:"), encoding="utf-8")
    Path("spec/c.yaml").write_text(SPEC.replace("jobs:", "jobs: {much: 1}\n  more:"), encoding="utf-8")
    ran = runner.composite(ACTION, spec="spec/a b.yaml\nspec/shop.yaml\n\nspec/c.yaml\n")
    assert ran.status == 1
    assert "::error file=spec/a b.yaml,line=4" in ran.text and "::error file=spec/c.yaml,line=4" in ran.text


@pytest.mark.slow
def test_templates_of_another_folder_and_of_some_environments(runner: Runner) -> None:
    compiled("spec/shop.yaml", "--out", "deploy/out", "--env", "dev")
    wanted = {"spec": "spec/shop.yaml", "out": "deploy/out"}
    assert runner.composite(ACTION, **wanted, environments="dev").status == 0
    ran = runner.composite(ACTION, **wanted, environments=" dev  prod ")
    assert ran.status == 1 and "deploy/out/shop/prod/manifest.json is missing" in ran.text


def test_warnings_of_the_spec_fail_a_strict_run_at_once(runner: Runner) -> None:
    Path("spec/shop.yaml").write_text(SPEC.replace("platform: shop", "platform: shop\nregion: eu-nowhere-1"), "utf-8")
    compiled("spec/shop.yaml")
    told = runner.composite(ACTION, spec="spec/shop.yaml", strict="true").text
    assert "::warning file=spec/shop.yaml,line=2" in told and "up to date" not in told
