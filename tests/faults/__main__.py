"""The complete matrix: ``python -m tests.faults`` meets every call of every flow with every fault (hours of CPU)."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from tests.faults.faults import BY_NAME as FAULT_OF
from tests.faults.faults import FAULTS
from tests.faults.flows import BY_NAME as FLOW_OF
from tests.faults.flows import FLOWS
from tests.faults.matrix import Cell
from tests.faults.results import PAGE, Results, applies, page, read_results, write_results
from tests.faults.workers import open_worker, run_unit

Unit = tuple[str, tuple[str, ...]]
"""A flow, and faults that are quick together: those that one run meets at all calls, or one of the others."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--flow", action="append", choices=FLOW_OF, help="only this flow; can be repeated")
    parser.add_argument("--fault", action="append", choices=FAULT_OF, help="only this fault; can be repeated")
    parser.add_argument("--missing", action="store_true", help="only what was not run yet, or was bad")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(arguments)
    results = read_results()
    done = results if asked.missing else Results()
    units = list(_units(asked.flow or [*FLOW_OF], asked.fault or [*FAULT_OF], done))
    bad = _run_all(units, results, asked.workers)
    PAGE.write_text(page(results), "utf-8")
    return 1 if bad else 0


def _units(flows: Sequence[str], faults: Sequence[str], done: Results) -> Iterator[Unit]:
    """Those first of which there are many in little time; nothing of what is `done` and good."""
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
    for fault in reversed(FAULTS):
        yield from ((flow, (fault.name,)) for flow, left in wanted.items() if fault in left and not fault.passes)


def _run_all(units: Sequence[Unit], results: Results, workers: int) -> int:
    bad = 0
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        ProcessPoolExecutor(workers, get_context("spawn"), open_worker, (folder,)) as pool,
    ):
        for done in as_completed([pool.submit(run_unit, *unit) for unit in units]):
            try:
                calls, rows = done.result()
            except Exception as problem:  # noqa: BLE001 - the other units go on, and this one stays missing
                print(f"not run: {problem}", flush=True)
                bad += 1
                continue
            for cells in rows:
                results.take(cells[0].flow, calls, cells)
                bad += _told(cells)
            write_results(results)
    return bad


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
