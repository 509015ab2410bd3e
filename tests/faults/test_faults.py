"""A sample of the matrix of faults, and that its tables are those of the last long run.

The whole of it is `make faults`, which takes an hour or two. Here each flow loses the answer of each of its calls, in
one run, and meets one of the faults that end a command; all in about a minute on two cores.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import commands
from tests.faults.answers import ERRORS, Called, error
from tests.faults.faults import BY_NAME as FAULT_OF
from tests.faults.faults import FAULTS, Fault
from tests.faults.flows import BY_NAME as FLOW_OF
from tests.faults.flows import FLOWS, Flow
from tests.faults.lab import Lab, open_lab
from tests.faults.matrix import AGAIN, ITSELF, Course
from tests.faults.results import NOT_RUN, PAGE, Results, page, read_results

_FAST = (
    ("outputs", "lost", "cloudformation:DescribeStacks", ITSELF),
    ("outputs", "truncated", "cloudformation:DescribeStacks", ITSELF),
    ("outputs", "three", "sts:GetCallerIdentity", ITSELF),
    ("outputs", "expired", "cloudformation:DescribeStacks", AGAIN),
    ("outputs", "outage", "sts:GetCallerIdentity", AGAIN),
    ("apply", "lost", "cloudformation:ExecuteChangeSet", ITSELF),
    ("apply", "denied", "cloudformation:ExecuteChangeSet", AGAIN),
    ("apply", "expired", "cloudformation:ExecuteChangeSet", AGAIN),
    ("plan-create", "expired", "s3:HeadBucket", AGAIN),
    ("plan-create", "denied", "s3:HeadBucket", AGAIN),
    ("plan-create", "denied", "s3:HeadObject", AGAIN),
)
"""Flow, fault, the operation at whose first call it is met, and how that ends."""
_CHANGES = re.compile(r":(Put|Create|Delete|Execute|Continue|Update|Rollback|Set)")
"""Calls that change something."""
_WAITS_SECONDS = 20.0


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with open_lab(tmp_path_factory.mktemp("lab")) as opened:
        yield opened


@pytest.fixture(scope="module")
def results() -> Results:
    return read_results()


@pytest.mark.parametrize("name", dict.fromkeys(flow for flow, *_ in _FAST))
def test_a_command_that_meets_a_fault_succeeds_or_says_so(lab: Lab, name: str) -> None:
    course = Course(FLOW_OF[name], lab)
    calls = [str(called) for called in course.clean.calls]
    for _, fault, operation, mark in (row for row in _FAST if row[0] == name):
        cell = course.cell(FAULT_OF[fault], calls.index(operation) + 1)
        assert (cell.problems, cell.mark) == ((), mark), cell


def test_three_faults_in_a_row_at_every_call_of_a_creation(lab: Lab) -> None:
    assert Course(FLOW_OF["create-code"], lab).at_all(FAULT_OF["three"])


def _sampled(flow: Flow, calls: list[str]) -> tuple[Fault, int]:
    """One of the faults that end a command, at a call that changes something where there is one."""
    turn = FLOWS.index(flow)
    faults = [fault for fault in FAULTS if not fault.passes and fault.kills == flow.killed]
    every = range(1, len(calls) + 1)
    changing = [number for number in every if _CHANGES.search(calls[number - 1])] or every
    return faults[turn % len(faults)], changing[turn * len(changing) // len(FLOWS)]


@pytest.mark.slow
@pytest.mark.parametrize("flow", FLOWS, ids=FLOW_OF)
def test_each_flow_gets_through_a_sample_of_the_faults(lab: Lab, results: Results, flow: Flow) -> None:
    course = Course(flow, lab)
    calls = [str(called) for called in course.clean.calls]
    assert course.at_all(FAULT_OF["lost"]), "answers that are lost at every call"
    fault, number = _sampled(flow, calls)
    cell = course.cell(fault, number)
    assert cell.problems == (), cell
    if results.calls.get(flow.name) == calls:  # else the flow has changed since, and its cells are others
        assert cell.mark[:1] == (results.mark(flow.name, fault.name, number) or cell.mark[:1]), cell


def test_the_sample_has_every_fault(results: Results) -> None:
    met = {_sampled(flow, results.calls[flow.name])[0] for flow in FLOWS}
    assert met == {fault for fault in FAULTS if not fault.passes}


@pytest.mark.slow
def test_an_answer_after_twenty_seconds_is_waited_for(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the client's real timeout."""
    course = Course(FLOW_OF["apply"], lab)
    monkeypatch.setattr(lab.proxy, "late_seconds", _WAITS_SECONDS)
    monkeypatch.setattr(commands, "HASTY", 60.0)
    monkeypatch.setattr(commands, "HANGS_SECONDS", 60.0)
    begun = time.monotonic()
    operation = "cloudformation:ExecuteChangeSet"
    cell = course.cell(FAULT_OF["late"], [str(called) for called in course.clean.calls].index(operation) + 1)
    assert (cell.called, cell.problems, cell.mark) == (operation, (), ITSELF)
    assert time.monotonic() - begun > _WAITS_SECONDS


def test_the_page_has_the_last_long_run(results: Results) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(results), "make faults"


def test_the_long_run_found_nothing_bad(results: Results) -> None:
    """What it did not come to is on the page as "not run"."""
    for flow in FLOWS:
        for fault, letters in results.marks.get(flow.name, {}).items():
            assert len(letters) == len(results.calls[flow.name]), (flow.name, fault)
            assert {*letters} <= {"i", "a", NOT_RUN}, (flow.name, fault)


@pytest.mark.parametrize("kind", ERRORS)
def test_a_head_is_answered_with_its_status_alone(kind: str) -> None:
    """As Amazon S3 does it: "A HEAD request has no response body"."""
    answer = error(kind, Called("s3", "HeadBucket", "rest-xml", "HEAD"))
    assert (answer.body, answer.status >= 400) == (b"", True)


def test_the_docs_name_a_row_for_each_flow_and_fault() -> None:
    text = Path(PAGE).read_text(encoding="utf-8")
    assert [flow.name for flow in FLOWS if flow.means not in text] == []
    assert [fault.name for fault in FAULTS if f"| `{fault.name}` |" not in text] == []
