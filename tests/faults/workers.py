"""What each process of the long run does: one lab, and one unit of the matrix after the other."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.faults.faults import BY_NAME as FAULT_OF
from tests.faults.flows import BY_NAME as FLOW_OF
from tests.faults.lab import Lab, open_lab
from tests.faults.matrix import Cell, Clean, Course

Found = tuple[str, list[str], list[list[Cell]]]
"""A flow, its calls, and each fault at those that were asked for."""
_LABS: list[Lab] = []
_CLEAN: dict[str, Clean] = {}
"""Flows of which the lab knows what they are without a fault."""
_OPEN = ExitStack()


def open_worker(folder: str) -> None:
    """One lab; its sandbox ends with the process."""
    _LABS.append(_OPEN.enter_context(open_lab(Path(tempfile.mkdtemp(dir=folder)))))


def run_unit(flow: str, faults: Sequence[str], numbers: Sequence[int]) -> Found:
    """What the faults do to a flow at these of its calls; without faults only its calls."""
    course = Course(FLOW_OF[flow], _LABS[0], _CLEAN.get(flow))
    if FLOW_OF[flow].account != "kept":  # what is shown of an account is its own
        _CLEAN[flow] = course.clean
    calls = [str(called) for called in course.clean.calls]
    reached = [number for number in numbers if number <= len(calls)]
    return flow, calls, [course.row(FAULT_OF[fault], reached) for fault in faults if reached]
