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
from tests.faults.results import PAGE, Results, applies, page, read_results, write_results
from tests.faults.workers import open_worker, run_unit

Unit = tuple[str, str]
"""A flow and a fault."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--flow", action="append", choices=FLOW_OF, help="only this flow; can be repeated")
    parser.add_argument("--fault", action="append", choices=FAULT_OF, help="only this fault; can be repeated")
    parser.add_argument("--missing", action="store_true", help="only what was not run yet, or was bad")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(arguments)
    results = read_results()
    units = list(_units(asked.flow or [*FLOW_OF], asked.fault or [*FAULT_OF]))
    if asked.missing:
        units = [(flow, fault) for flow, fault in units if "x" in results.marks.get(flow, {}).get(fault, "x")]
    bad = _run_all(units, results, asked.workers)
    PAGE.write_text(page(results), "utf-8")
    return 1 if bad else 0


def _units(flows: Sequence[str], faults: Sequence[str]) -> Iterator[Unit]:
    for flow in FLOWS:
        for fault in FAULTS:
            if flow.name in flows and fault.name in faults and applies(flow, fault):
                yield flow.name, fault.name


def _run_all(units: Sequence[Unit], results: Results, workers: int) -> int:
    bad = 0
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        ProcessPoolExecutor(workers, get_context("spawn"), open_worker, (folder,)) as pool,
    ):
        for done in as_completed([pool.submit(run_unit, *unit) for unit in units]):
            flow, calls, cells = done.result()
            results.take(flow, calls, cells)
            write_results(results)
            print(f"{flow} {cells[0].fault}: {len(cells)} calls", flush=True)
            for cell in (cell for cell in cells if cell.problems):
                bad += 1
                print(f"  call {cell.number}, {cell.called}: {'; '.join(cell.problems)}", flush=True)
                print(f"  first: {cell.first[-800:]}\n  again: {cell.second[-800:]}", flush=True)
    return bad


if __name__ == "__main__":
    sys.exit(main())
