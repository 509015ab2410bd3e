"""A change of several change sets by commands: shown, saved, applied, and nothing left afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from tests.test_cli import HEAD, run
from tests.test_cli import folder as folder

HERE = ("--env", "dev", "--sandbox")
ONE = HEAD + "tables:\n  orders: {key: {partition: id}}\n"
TWO = ONE.replace(
    "{partition: id}}",
    "{partition: id}, indexes: {by-day: {key: {partition: day}}, by-shop: {key: {partition: shop}}}}",
)
STEPS = [
    ["tables.orders: index `by-day` is created"],
    ["tables.orders: index `by-shop` is created"],
]


def apply() -> Result:
    return CliRunner().invoke(main, ["apply", "dev.plan"])


def test_two_indexes_by_commands(folder: Path) -> None:
    assert run(ONE, "deploy", *HERE, "--yes").exit_code == 0
    shown = run(TWO, "plan", *HERE, "--out", "dev.plan", "--review", "review.json")
    assert shown.exit_code == 0, shown.output
    assert "2 change sets, executed one after the other" in shown.output
    (review,) = json.loads(Path("review.json").read_text(encoding="utf-8"))["reviews"]
    assert [step["lines"] for step in review["steps"]] == STEPS
    applied = apply()
    assert applied.exit_code == 0, applied.output
    assert "2 OF 2 demo-dev change set" in applied.output
    assert "No changes" in run(TWO, "plan", *HERE).output
    again = apply()
    assert (again.exit_code, "an earlier run has executed this plan" in again.output) == (0, True)
    assert "OF 2 demo-dev change set" not in again.output


@pytest.mark.slow
def test_deploy_asks_for_all_of_them_once(folder: Path) -> None:
    assert run(ONE, "deploy", *HERE, "--yes").exit_code == 0
    refused = run(TWO, "deploy", *HERE, answer="n\n")
    assert (refused.exit_code, refused.output.count("Execute these 2 change sets?")) == (1, 2)
    assert run(TWO, "deploy", *HERE, answer="y\n").exit_code == 0
    assert "No changes" in run(TWO, "plan", *HERE).output
