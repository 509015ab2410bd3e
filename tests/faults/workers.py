"""What each process of the long run does: one lab, and one unit of the matrix after the other."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.faults.faults import BY_NAME as FAULT_OF
from tests.faults.flows import BY_NAME as FLOW_OF
from tests.faults.lab import Lab, open_lab
from tests.faults.matrix import Cell, Course

_LABS: list[Lab] = []
_COURSES: dict[str, Course] = {}
_OPEN = ExitStack()


def open_worker(folder: str) -> None:
    """One lab; its sandbox ends with the process."""
    _LABS.append(_OPEN.enter_context(open_lab(Path(tempfile.mkdtemp(dir=folder)))))


def run_unit(flow: str, fault: str) -> tuple[str, list[str], list[Cell]]:
    """A fault at every call of a flow."""
    if flow not in _COURSES:
        _COURSES.clear()
        _COURSES[flow] = Course(FLOW_OF[flow], _LABS[0])
    course = _COURSES[flow]
    calls = [str(called) for called in course.clean.calls]
    return flow, calls, [course.cell(FAULT_OF[fault], number) for number in range(1, len(calls) + 1)]
