"""What each process of the long run does: one lab, and one unit of the matrix after the other."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.faults.faults import BY_NAME as FAULT_OF
from tests.faults.flows import BY_NAME as FLOW_OF
from tests.faults.lab import Lab, open_lab
from tests.faults.matrix import Cell, Course

Found = tuple[str, list[str], list[list[Cell]]]
"""A flow, its calls, and each fault at every one of them."""
_LABS: list[Lab] = []
_OPEN = ExitStack()


def open_worker(folder: str) -> None:
    """One lab; its sandbox ends with the process."""
    _LABS.append(_OPEN.enter_context(open_lab(Path(tempfile.mkdtemp(dir=folder)))))


def run_unit(flow: str, faults: Sequence[str]) -> Found:
    """What the faults do to a flow; without faults only its calls."""
    course = Course(FLOW_OF[flow], _LABS[0])
    calls = [str(called) for called in course.clean.calls]
    return flow, calls, [course.row(FAULT_OF[fault]) for fault in faults]
