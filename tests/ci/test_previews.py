"""Jobs for previews in written workflows: they hold to the systems' schemas, and run on the sandbox."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from cli import main
from compiler.source.json_value import Json
from tests.ci.jobs import Runner
from tests.ci.test_run import GITHUB, GITLAB, Repository, passed
from tests.ci.test_run import api as api
from tests.ci.test_run import repository as repository
from tests.ci.test_run import runner as runner
from tests.ci.test_run import sandbox as sandbox
from tests.ci.test_written import SCHEMAS, check_schema

SPEC = """\
platform: shop
environments:
  dev: {posture: development}
  "pr-*": {posture: development, region: eu-west-1, tables: {orders: {keep: retain}}}
queues: {jobs: {dead_letter: {after: 3}}}
tables: {orders: {key: id}}
buckets: {media: {}, logs: {only: [dev]}}
"""
ONLY = SPEC.replace("  dev: {posture: development}\n", "").replace(", logs: {only: [dev]}", "")
OWN = "github.event.pull_request.head.repo.full_name == github.repository"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def workflow(system: str, *options: str) -> Json:
    made = CliRunner().invoke(main, ["ci", system, "shop.yaml", "--out", "w.yml", *options], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    return yaml.safe_load(Path("w.yml").read_text("utf-8"))


@pytest.mark.parametrize("text", [SPEC, ONLY], ids=["beside others", "alone"])
@pytest.mark.parametrize("system", SCHEMAS)
def test_previews_hold_to_the_schema(folder: Path, system: str, text: str) -> None:
    Path("shop.yaml").write_text(text, encoding="utf-8")
    workflow(system)
    check_schema(SCHEMAS[system], "w.yml")


def test_a_pull_request_is_deployed_until_it_is_closed(folder: Path) -> None:
    written = workflow("github")
    jobs = written["jobs"]
    assert written[True]["pull_request"]["types"] == ["opened", "reopened", "synchronize", "closed"]
    assert [*jobs] == ["check", "review", "plan-dev", "apply-dev", "preview-pr", "remove-pr"]
    assert jobs["check"]["if"] == "github.event.action != 'closed'"
    assert jobs["review"]["if"] == "github.event_name == 'pull_request' && github.event.action != 'closed'"
    assert jobs["review"]["strategy"]["matrix"] == {"environment": ["dev"]}
    preview, remove = jobs["preview-pr"], jobs["remove-pr"]
    assert preview["if"] == f"github.event_name == 'pull_request' && github.event.action != 'closed' && {OWN}"
    assert remove["if"] == f"github.event_name == 'pull_request' && github.event.action == 'closed' && {OWN}"
    assert (preview["needs"], "needs" in remove) == ("check", False)
    for job in (preview, remove):
        assert job["env"]["ENVIRONMENT"] == "pr-${{ github.event.pull_request.number }}"
        assert job["concurrency"]["group"] == "shop-pr-${{ github.event.pull_request.number }}"
        assert job["permissions"] == {"contents": "read", "id-token": "write"}
        assert job["environment"] == "pr-previews"
        assert job["steps"][-2]["with"]["aws-region"] == "eu-west-1"
    assert remove["steps"][0]["with"]["ref"] == "${{ github.event.pull_request.head.sha }}"


def test_a_removal_names_the_data_that_goes_and_no_other(folder: Path) -> None:
    told = workflow("github")["jobs"]["remove-pr"]["steps"][-1]["run"]
    names = [word for before, word in zip(told.split(), told.split()[1:], strict=False) if before == "--approve"]
    assert names == ["buckets.media", "encryption", "queues.jobs"]


def test_a_merge_request_stops_its_environment(folder: Path) -> None:
    written = workflow("gitlab")
    preview, remove = written["shop-preview-pr"], written["shop-remove-pr"]
    name = "pr-$CI_MERGE_REQUEST_IID"
    assert preview["environment"] == {"name": name, "on_stop": "shop-remove-pr"}
    assert remove["environment"] == {"name": name, "action": "stop"}
    assert preview["rules"][0]["if"] == remove["rules"][0]["if"]
    assert (remove["rules"][0]["when"], remove["rules"][0]["allow_failure"], remove["needs"]) == ("manual", True, [])
    assert {preview["resource_group"], remove["resource_group"]} == {f"shop-{name}"}


def test_environments_are_chosen_and_patterns_too(folder: Path) -> None:
    assert [*workflow("github", "--env", "pr-*")["jobs"]] == ["check", "preview-pr", "remove-pr"]
    assert [*workflow("github", "--env", "dev")["jobs"]] == ["check", "review", "plan-dev", "apply-dev"]
    unknown = CliRunner().invoke(main, ["ci", "github", "shop.yaml", "--env", "prod"])
    assert (unknown.exit_code, "error[unknown-environment]" in unknown.stderr) == (1, True)


@pytest.mark.slow
def test_both_jobs_run(repository: Repository, runner: Runner) -> None:
    text = SPEC.replace("platform: shop", "platform: seen").replace(", tables: {orders: {keep: retain}}", "")
    repository.propose(text)
    request = {"github.event.pull_request.number": "7", "github.event.pull_request.head.sha": "HEAD"}
    file = GITHUB.replace("shop", "seen")
    assert "CREATE_COMPLETE seen-pr-7" in passed(runner.github(file, "preview-pr", **request)).text
    assert "DELETE_COMPLETE" in passed(runner.github(file, "remove-pr", **request)).text
    assert "nothing to destroy" in passed(runner.github(file, "remove-pr", **request)).text
    merge = {"CI_MERGE_REQUEST_IID": "8", "AWS_TOKEN": "t", "CI_PROJECT_DIR": str(runner.home), "DEPLOY_ROLE_ARN": "r"}
    merge["SERVICE_ROLE_ARN"] = ""
    assert "CREATE_COMPLETE seen-pr-8" in passed(runner.gitlab(GITLAB, "seen-preview-pr", **merge)).text
    assert "DELETE_COMPLETE" in passed(runner.gitlab(GITLAB, "seen-remove-pr", **merge)).text
