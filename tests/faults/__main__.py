"""The complete matrix: ``python -m tests.faults`` meets every call of every flow with every fault (hours of CPU)."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context

from tests.faults.faults import BY_NAME as FAULT_OF
from tests.faults.faults import FAULTS
from tests.faults.flows import BY_NAME as FLOW_OF
from tests.faults.flows import FLOWS
from tests.faults.matrix import Cell
from tests.faults.results import PAGE, Results, applies, page, read_results, write_results
from tests.faults.workers import Found, open_worker, run_unit

Unit = tuple[str, tuple[str, ...]]
"""A flow, and faults that are quick together: those that one run meets at all calls, or one of the others."""


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
        bad = 0
        if asked.missing:  # a flow that has other calls by now misses everything
            bad += _run_all(pool, [(flow, ()) for flow in flows], results, until)
        units = _units(flows, faults, results if asked.missing else Results())
        bad += _run_all(pool, sorted(units, key=lambda unit: _cost(unit, results)), results, until)
    return 1 if bad else 0


def _units(flows: Sequence[str], faults: Sequence[str], done: Results) -> Iterator[Unit]:
    """Nothing of what is `done` and good."""
    wanted = {
        flow.name: [
            fault
            for fault in FAULTS
            if fault.name in faults
            and applies(flow, fault)
            and "x" in done.marks.get(flow.name, {}).get(fault.name, "x")
        ]
        for flow in FLOWS
        if flow.name in flows
    }
    for flow, left in wanted.items():
        together = tuple(fault.name for fault in left if fault.passes)
        if together:
            yield flow, together
    for fault in FAULTS:
        yield from ((flow, (fault.name,)) for flow, left in wanted.items() if fault in left and not fault.passes)


def _cost(unit: Unit, results: Results) -> int:
    """Those first that fill most fields in little time: all calls in one run, then flows of few calls that are kept."""
    flow, faults = unit
    calls = len(results.calls.get(flow, ()))
    return 0 if FAULT_OF[faults[0]].passes else calls if FLOW_OF[flow].account == "kept" else 3 * calls


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
