"""A long run: ``python -m tests.mutations --count 200000``, in slices that a later run does not repeat.

Every fourth number is compiled, the others are validated. A number alone, with what the command prints:
``python -m tests.mutations --only 4711``.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from cli import main as stackwright
from compiler.source.json_value import Json
from tests.mutations.drawn import mutation
from tests.mutations.outcome import Command, outcome

SLICE = 100
SLICES = 50
"""What one process runs: it prepares the schemas once for all of them, and its memory can't grow for hours."""
COMPILED = 4
"""One number of so many is compiled."""


def command_of(number: int) -> Command:
    return "validate" if number % COMPILED else "compile"


def run_slice(seed: int, first: int, count: int) -> dict[str, Json]:
    """The outcomes of some numbers, as they are kept."""
    counts: Counter[str] = Counter()
    faults: list[dict[str, Json]] = []
    started = time.process_time()
    for number in range(first, first + count):
        drawn, command = mutation(seed, number), command_of(number)
        ended = outcome(drawn, command)
        counts[f"{command}: {ended.ended}"] += 1
        faults += ({"number": number, "mutation": str(drawn), "command": command, "fault": one} for one in ended.faults)
    return {"counts": dict(counts), "faults": faults, "seconds": round(time.process_time() - started, 1)}


def _keep(task: tuple[int, int, Path, float]) -> Path:
    seed, first, file, until = task
    if not file.exists() and time.monotonic() < until:
        text = json.dumps(run_slice(seed, first, SLICE), indent=1)
        beside = file.with_suffix(".new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)
    return file


def run(options: Any) -> list[Path]:
    """The files of all slices that are done."""
    folder = Path(options.folder, f"seed-{options.seed}")
    folder.mkdir(parents=True, exist_ok=True)
    until = time.monotonic() + 60 * options.minutes
    firsts = range(options.start, options.start + options.count, SLICE)
    tasks = [(options.seed, first, folder / f"{first:06}.json", until) for first in firsts]
    with multiprocessing.Pool(options.jobs, maxtasksperchild=SLICES) as pool:
        return [file for file in pool.imap_unordered(_keep, tasks) if file.exists()]


def summary(files: list[Path]) -> int:
    """Print what was found, each fault with the first number that has it; how many faults there are."""
    slices = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    counts: Counter[str] = Counter()
    faults: dict[str, list[Json]] = {}
    for one in slices:
        counts.update(one["counts"])
        for fault in one["faults"]:
            faults.setdefault(fault["fault"][-400:], []).append(fault)
    for same in sorted(faults.values(), key=len, reverse=True):
        first = min(same, key=lambda fault: fault["number"])
        print(f"{len(same)} times, first {first['mutation']} ({first['command']}):\n{first['fault']}\n")
    print(f"{sum(counts.values())} mutations in {sum(one['seconds'] for one in slices):.0f} s of CPU time")
    for name, count in sorted(counts.items()):
        print(f"{count:8} {name}")
    return len(faults)


def show(seed: int, number: int, folder: Path) -> int:
    """Write one mutated spec and print what its command says."""
    drawn = mutation(seed, number)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{seed}-{number}.yaml"
    file.write_bytes(drawn.raw)
    print(f"{drawn}: {file}")
    print(CliRunner().invoke(stackwright, ["validate", str(file)]).output)
    faults = outcome(drawn, command_of(number)).faults
    print("\n".join(faults))
    return len(faults)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count())
    parser.add_argument("--minutes", type=float, default=24 * 60, help="begin no slice after that")
    parser.add_argument("--folder", type=Path, default=Path(".mutations"))
    parser.add_argument("--only", type=int, metavar="NUMBER", help="this one alone")
    options = parser.parse_args()
    if options.only is not None:
        return bool(show(options.seed, options.only, options.folder))
    return bool(summary(run(options)))


if __name__ == "__main__":
    sys.exit(main())
