"""Large shapes beside what they are held against: bare troposphere and awacs, and each environment by itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.generated import spec_text
from benchmarks.measure import Usage, median, run
from benchmarks.subjects import CLI, ROOT

MOST_OF_BARE = 3.0
"""400 tables and 400 functions with grants may take so many times as long as bare troposphere and awacs."""
MOST_SECONDS, MOST_MIB = 6.0, 400.0
"""Of 1,000 services."""
_COUNT, _SERVICES, _ENVIRONMENTS = 400, 1_000, 60
_MIB = 1024 * 1024
_HEAD = "platform: large\nenvironments: {dev: {posture: development}}\n"
_FUNCTION = "runtime: python3.13, code: ./code, handler: app.handler"


def lines(folder: Path, runs: int) -> Iterator[str]:
    """Figures in turn: what is compared runs alternately, so that a busy machine slows both."""
    ours, bare = _beside(folder, runs)
    ratio = ours.cpu_seconds / bare.cpu_seconds
    told = f"400 tables, 400 functions {ours.cpu_seconds:.2f} s, bare {bare.cpu_seconds:.2f} s"
    yield f"{told}: {ratio:.2f}×, {_verdict(ratio <= MOST_OF_BARE)}: at most {MOST_OF_BARE:g}×"
    _placed(folder, "services", spec_text(_SERVICES))
    usage = median([run(_compile("services"), folder) for _ in range(runs)])
    seconds, peak = usage.cpu_seconds, usage.peak_bytes / _MIB
    kept = _verdict(seconds <= MOST_SECONDS and peak <= MOST_MIB)
    yield f"1,000 services {seconds:.2f} s, {peak:.0f} MiB, {kept}: at most {MOST_SECONDS:g} s, {MOST_MIB:g} MiB"
    yield f"  {seconds / bare.cpu_seconds:.2f}× of those 2,000 resources by bare troposphere"
    one, every = _environments(folder, 1, runs), _environments(folder, _ENVIRONMENTS, runs)
    alone = one.cpu_seconds * _ENVIRONMENTS
    yield f"60 environments {every.cpu_seconds:.2f} s, one by one {alone:.2f} s: {every.cpu_seconds / alone:.2f}×"


def _beside(folder: Path, runs: int) -> tuple[Usage, Usage]:
    tables = "".join(f"  table-{number}: {{key: id}}\n" for number in range(_COUNT))
    functions = "".join(map(_function, range(_COUNT)))
    _placed(folder, "tables", f"{_HEAD}tables:\n{tables}functions:\n{functions}")
    command = (sys.executable, "-m", "benchmarks.bare", str(_COUNT), str(folder))
    run(command, folder, {"PYTHONPATH": str(ROOT)})
    pairs = [(run(_compile("tables"), folder), run(command, folder, {"PYTHONPATH": str(ROOT)})) for _ in range(runs)]
    return median([ours for ours, _ in pairs]), median([bare for _, bare in pairs])


def _function(number: int) -> str:
    uses = f"{{table-{number}: [read, write], table-{(number + 1) % _COUNT}: read}}"
    return f"  function-{number}: {{{_FUNCTION}, uses: {uses}}}\n"


def _environments(folder: Path, count: int, runs: int) -> Usage:
    names = ", ".join(f"env-{number}: {{posture: development}}" for number in range(count))
    (folder / "many.yaml").write_text(
        f"platform: many\nenvironments: {{{names}}}\nqueues: {{jobs: {{}}}}\ntables: {{orders: {{key: id}}}}\n"
    )
    return median([run(_compile("many"), folder) for _ in range(runs)])


def _placed(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    run((sys.executable, str(CLI), "place", f"{name}.yaml"), folder)


def _compile(name: str) -> tuple[str, ...]:
    return (sys.executable, str(CLI), "compile", f"{name}.yaml", "--out", "out")


def _verdict(kept: bool) -> str:
    return "kept" if kept else "over"
