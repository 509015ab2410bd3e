"""The complete matrix: ``python -m tests.faults`` meets every call of every flow with every fault (hours of CPU)."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context

from tests.faults.faults import BY_NAME as FAULT_OF
from tests.faults.faults import Fault
from tests.faults.flows import BY_NAME as FLOW_OF
from tests.faults.flows import Flow
from tests.faults.matrix import Cell
from tests.faults.results import PAGE, Results, applies, page, read_results, write_results
from tests.faults.workers import Found, open_worker, run_unit

Unit = tuple[str, tuple[str, ...], tuple[int, ...]]
"""A flow, faults that are quick together (those that one run meets at all calls, or one of the others), and calls."""
_SLICES = 4
"""A row is run in so many parts, each all over its calls: a run that is broken off has tried something of all."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--flow", action="append", choices=FLOW_OF, help="only this flow; can be repeated")
    parser.add_argument("--fault", action="append", choices=FAULT_OF, help="only this fault; can be repeated")
    parser.add_argument("--missing", action="store_true", help="only what was not run yet, or was bad")
    parser.add_argument("--minutes", type=float, default=1e6, help="begin nothing after so many")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(arguments)
    until = time.monotonic() + asked.minutes * 60
    flows, faults, results = asked.flow or [*FLOW_OF], asked.fault or [*FAULT_OF], read_results()
    with _pool(asked.workers) as pool:
        # Each flow's calls first: one that has other calls by now misses everything.
        bad = _run_all(pool, [(flow, (), ()) for flow in flows], results, until)
        rows = [(FLOW_OF[flow], FAULT_OF[fault]) for flow in flows for fault in faults]
        wanted = {(flow, fault): _numbers(flow, fault, results, asked.missing) for flow, fault in rows}
        bad += _run_all(pool, _units({row: numbers for row, numbers in wanted.items() if numbers}), results, until)
    return 1 if bad else 0


def _numbers(flow: Flow, fault: Fault, results: Results, missing: bool) -> list[int]:
    """The calls at which the fault is to be met."""
    if not applies(flow, fault):
        return []
    return results.left(flow.name, fault.name) if missing else [*range(1, len(results.calls[flow.name]) + 1)]


def _units(wanted: Mapping[tuple[Flow, Fault], list[int]]) -> list[Unit]:
    """First what one run does for all calls, then a slice of every row, those of little work before others."""
    together: dict[str, list[str]] = {}
    slices: list[tuple[int, int, Unit]] = []
    for begin, ((flow, fault), numbers) in enumerate(wanted.items()):
        if fault.passes:
            together.setdefault(flow.name, []).append(fault.name)
            continue
        for turn in range(_SLICES):
            part = tuple(number for number in numbers if (number + begin) % _SLICES == turn)
            slices += [(turn, _cost(flow, numbers), (flow.name, (fault.name,), part))] if part else []
    whole = [(flow, tuple(faults), _every(wanted, flow)) for flow, faults in together.items()]
    return [*whole, *(unit for *_, unit in sorted(slices, key=lambda one: one[:2]))]


def _every(wanted: Mapping[tuple[Flow, Fault], list[int]], name: str) -> tuple[int, ...]:
    found = [numbers for (flow, fault), numbers in wanted.items() if flow.name == name and fault.passes]
    return tuple(sorted({number for numbers in found for number in numbers}))


def _cost(flow: Flow, numbers: Sequence[int]) -> int:
    """An account that is kept is made once."""
    return len(numbers) if flow.account == "kept" else 3 * len(numbers)


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        ProcessPoolExecutor(workers, get_context("spawn"), open_worker, (folder,)) as pool,
    ):
        yield pool


def _run_all(pool: Executor, units: Sequence[Unit], results: Results, until: float) -> int:
    """Run the units, in their order, and write what they find; how many cells are bad, and how many units broke off."""
    bad = 0
    waiting = [pool.submit(run_unit, *unit) for unit in units]
    for done in as_completed(waiting):
        if time.monotonic() > until:
            for one in waiting:
                one.cancel()
        if not done.cancelled():
            bad += _taken(done, results)
            write_results(results)
            PAGE.write_text(page(results), "utf-8")
    return bad


def _taken(done: Future[Found], results: Results) -> int:
    try:
        flow, calls, rows = done.result()
    except Exception as problem:  # noqa: BLE001 - the other units go on, and this one stays missing
        print(f"not run: {problem}", flush=True)
        return 1
    results.has(flow, calls)
    for cells in rows:
        results.take(cells)
    return sum(map(_told, rows))


def _told(cells: Sequence[Cell]) -> int:
    """Show a row, and what is bad in it."""
    print(f"{cells[0].flow} {cells[0].fault}: {len(cells)} calls", flush=True)
    bad = [cell for cell in cells if cell.problems]
    for cell in bad:
        print(f"  call {cell.number}, {cell.called}: {'; '.join(cell.problems)}", flush=True)
        print(f"  first: {cell.first[-800:]}\n  again: {cell.second[-800:]}", flush=True)
    return len(bad)


if __name__ == "__main__":
    sys.exit(main())
