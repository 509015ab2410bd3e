"""`list` and `destroy --older-than`: what is deployed, and which previews are removed by their age."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from deployer.deployments import Deployment
from deployer.deployments_view import age_text, deployment_lines
from deployer.removal.previews import older_than, previews_in
from tests.test_cli_recover import folder as folder

PAGE = (Path(__file__).parent.parent / "docs" / "previews.md").read_text(encoding="utf-8")
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
NAMES = ("prod", "pr-99", "pr-*", "*-eu")
SPEC = """\
platform: demo
environments:
  dev: {posture: development}
  pr-99: {posture: development}
  "pr-*": {posture: development}
queues: {jobs: {}}
"""
NAMED = ("--approve", "encryption", "--approve", "queues.jobs")


def deployment(environment: str, days: float, **others: str) -> Deployment:
    changed = (NOW - timedelta(days=days)).isoformat()
    one = Deployment("shop", environment, "1", "us-east-1", f"shop-{environment}", "UPDATE_COMPLETE", changed, changed)
    return replace(one, **others)


def old(found: Sequence[Deployment], days: int = 7) -> list[str]:
    previews = previews_in(found, "shop", NAMES)
    return [one.environment for one in older_than(previews, days * 86400, NOW)]


def test_only_previews_are_chosen_by_age_the_oldest_first() -> None:
    found = [
        *(deployment("pr-1", 7), deployment("pr-2", 6.99), deployment("pr-3", 30), deployment("x-eu", 8)),
        *(deployment("prod", 400), deployment("pr-99", 400), deployment("staging", 400), deployment("pr-", 400)),
    ]
    assert old(found) == ["pr-3", "x-eu", "pr-1"]


def test_what_another_platform_or_somebody_else_made_is_left_alone() -> None:
    found = [
        deployment("pr-1", 30, platform="other"),
        deployment("pr-2", 30, stack="shop-prod"),
        deployment("pr-3", 30, stack="StackSet-shop-pr-3-1"),
    ]
    assert old(found) == []


def test_the_last_change_in_any_region_counts() -> None:
    found = [deployment("pr-1", 30), deployment("pr-1", 1, region="eu-west-1"), deployment("pr-2", 30)]
    assert old(found) == ["pr-2"]
    (first, _) = previews_in([replace(found[1], status="UPDATE_IN_PROGRESS"), *found], "shop", NAMES)
    assert first.busy
    (waiting,) = previews_in([deployment("pr-1", 30, status="REVIEW_IN_PROGRESS")], "shop", NAMES)
    assert not waiting.busy


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59, "59s"), (60, "1m"), (7199, "1h"), (86399, "23h"), (86400 * 9, "9d")]
)
def test_ages_are_whole_units(seconds: int, text: str) -> None:
    assert age_text(seconds) == text


def test_a_clock_that_is_behind_makes_nothing_younger_than_now() -> None:
    assert deployment("pr-1", -1).age(NOW) == 0


def test_the_table_has_a_line_for_each_root() -> None:
    lines = [*deployment_lines([deployment("pr-1", 8, spec="0791327"), deployment("pr-12", 0)], NOW)]
    assert lines == [
        "PLATFORM  ENVIRONMENT  REGION     STATUS           SINCE             LAST CHANGE       AGE  SPEC",
        "shop      pr-1         us-east-1  UPDATE_COMPLETE  2026-03-02 12:00  2026-03-02 12:00  8d   0791327",
        "shop      pr-12        us-east-1  UPDATE_COMPLETE  2026-03-10 12:00  2026-03-10 12:00  0s   -",
    ]


def run(*words: str, answer: str = "") -> Result:
    return CliRunner().invoke(main, [*words, "--sandbox"], input=answer)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "name an environment with --env, or an age with --older-than"),
        (("--env", "dev", "--older-than", "7d"), "name an environment with --env, or an age with --older-than"),
        (("--older-than", "7d", "--region", "us-east-1"), "leave out --region"),
        (("--older-than", "0d"), "'0d' is not a time such as 7d, 12h or 30m"),
        (("--older-than", "a week"), "'a week' is not a time such as 7d, 12h or 30m"),
    ],
)
def test_other_options_are_refused(folder: Path, words: tuple[str, ...], told: str) -> None:
    refused = run("destroy", "spec.yaml", *words)
    assert (refused.exit_code, told in refused.stderr) == (2, True)


def test_a_spec_without_patterns_has_nothing_to_remove_by_age(folder: Path) -> None:
    refused = run("destroy", "spec.yaml", "--older-than", "7d")
    assert refused.exit_code == 4
    assert refused.stderr.startswith("error[no-pattern]: spec.yaml has no pattern of environments")


def test_a_region_has_to_come_from_somewhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    refused = CliRunner().invoke(main, ["list"])
    assert (refused.exit_code, "error[no-region]" in refused.stderr) == (4, True)
    listed = CliRunner().invoke(main, ["list", "missing.yaml"])
    assert (listed.exit_code, "error[missing-file]" in listed.stderr) == (1, True)


@pytest.mark.slow
def test_previews_are_listed_and_removed_by_age(folder: Path) -> None:
    Path("spec.yaml").write_text(SPEC)
    assert run("list").stdout == "nothing is deployed in us-east-1\n"
    for name in ("dev", "pr-99", "pr-1", "pr-2"):
        assert run("deploy", "spec.yaml", "--env", name, "--yes").exit_code == 0
    listed = json.loads(run("list", "--format", "json").stdout)["deployments"]
    assert [one["environment"] for one in listed] == ["dev", "pr-1", "pr-2", "pr-99"]
    assert {one["stack"] for one in listed} == {"demo-dev", "demo-pr-1", "demo-pr-2", "demo-pr-99"}
    reviewed = json.loads(run("history", "spec.yaml", "--env", "pr-1", "--format", "json").stdout)
    assert listed[1]["spec"] == reviewed["records"][0]["begun"]["spec"][1] != ""
    table = run("list", "spec.yaml", "--region", "us-east-1").stdout.splitlines()
    assert [re.split(r"  +", line)[:4] for line in table[1:3]] == [
        ["demo", "dev", "us-east-1", "CREATE_COMPLETE"],
        ["demo", "pr-1", "us-east-1", "CREATE_COMPLETE"],
    ]
    assert run("list", "--region", "eu-west-1").stdout == "nothing is deployed in eu-west-1\n"

    young = run("destroy", "spec.yaml", "--older-than", "1h", "--yes")
    assert young.stderr == "no environment of a pattern was changed 1h ago or earlier\n"
    tried = json.loads(run("destroy", "spec.yaml", "--older-than", "1s", "--dry-run", "--format", "json").stdout)
    assert [one["environment"] for one in tried["previews"]] == ["pr-1", "pr-2"]
    assert [*tried["removals"]] == ["demo-pr-1", "demo-pr-2"]
    refused = run("destroy", "spec.yaml", "--older-than", "1s", "--yes")
    assert (refused.exit_code, "give --approve queues.jobs" in refused.stderr) == (6, True)
    asked = run("destroy", "spec.yaml", "--older-than", "1s", *NAMED, answer="n\n")
    assert (asked.exit_code, "Remove demo-pr-1, demo-pr-2? [y/N]" in asked.stderr) == (1, True)
    assert len(json.loads(run("list", "--format", "json").stdout)["deployments"]) == 4

    removed = run("destroy", "spec.yaml", "--older-than", "1s", "--yes", *NAMED, "--format", "json")
    told = json.loads(removed.stdout)
    assert [(one["status"], one["succeeded"]) for one in told["outcomes"]] == [("DELETE_COMPLETE", True)] * 2
    left = json.loads(run("list", "--format", "json").stdout)["deployments"]
    assert [one["environment"] for one in left] == ["dev", "pr-99"]


@pytest.mark.slow
def test_a_dry_run_of_one_environment_changes_nothing(folder: Path) -> None:
    assert run("deploy", "spec.yaml", "--env", "dev", "--yes").exit_code == 0
    tried = run("destroy", "spec.yaml", "--env", "dev", "--dry-run")
    assert (tried.exit_code, tried.stdout) == (0, "")
    assert tried.stderr.startswith("demo-dev: 6 resources, 0 of them are retained\n")
    assert "CREATE_COMPLETE" in run("status", "spec.yaml", "--env", "dev").stdout


def test_the_page_shows_the_table_in_its_form() -> None:
    (shown,) = re.findall(r"```console\n\$ stackwright list\n(.*?)```", PAGE, re.DOTALL)
    rows = [re.split(r"  +", line) for line in shown.splitlines()]
    written = [deployment("pr-7", 1, spec="0791327")]
    assert rows[0] == re.split(r"  +", next(deployment_lines(written, NOW)))
    assert {len(row) for row in rows} == {8}
