"""The table of states: complete, as documented, and as the commands work."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from compiler.source.json_value import Json
from deployer.states import STATES, Step, at_work, state_of
from deployer.states_view import hint_table, table

PAGE = Path(__file__).parents[2] / "docs" / "stack-states.md"
TABLES = {"states": table, "hints": hint_table}


def statuses() -> list[str]:
    model: Json = boto3.client("cloudformation", region_name="us-east-1").meta.service_model
    return list(model.shape_for("StackStatus").enum)


def test_every_status_of_the_service_is_in_the_table_once() -> None:
    assert sorted(state.status for state in STATES) == sorted(["", *statuses()])


@pytest.mark.parametrize("name", TABLES)
def test_the_page_shows_the_tables(name: str, update: bool) -> None:
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, rest = PAGE.read_text(encoding="utf-8").split(begin)
    _, after = rest.split(end)
    expected = f"{before}{begin}{TABLES[name]()}{end}{after}"
    if update:
        PAGE.write_text(expected, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == expected


@pytest.mark.parametrize("status", statuses())
def test_no_state_is_a_dead_end(status: str) -> None:
    """From each state a deployment starts, or `recover` acts, or an operation runs whose end can be waited for."""
    state = state_of(status)
    assert state.operation or at_work(status) or state.step not in (Step.NONE, Step.WAIT)
    assert at_work(status) is (state.step in (Step.WAIT, Step.CANCEL))
