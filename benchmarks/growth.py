"""What compile costs as a platform grows, and the exponent: 1 where twice the resources cost twice as much."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.generated import spec_text
from benchmarks.measure import Usage, median, run
from benchmarks.subjects import CLI

SERVICES = (1, 10, 33, 100, 300, 600, 1200)
"""From 60 to 20,000 resources, each service with a queue, bucket and table."""
MOST_EXPONENT = 1.10
_CLEAR = 1.5
"""A size tells how the cost grows if it costs so many times what the smallest does; less may be chance."""
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Size:
    """One platform of the row."""

    resources: int
    usage: Usage


def sizes(services: Sequence[int], folder: Path, runs: int) -> Iterator[Size]:
    """Each platform compiled `runs` times after its stacks are placed; medians."""
    for count in services:
        spec = folder / f"growth-{count}.yaml"
        spec.write_text(spec_text(count), encoding="utf-8")
        run(_cli("place", spec), folder)
        usage = median([run(_cli("compile", spec, "--out", "out"), folder) for _ in range(runs)])
        manifest = json.loads((folder / f"out/generated-{count}/dev/manifest.json").read_text(encoding="utf-8"))
        yield Size(sum(len(stack["origins"]) for root in manifest["roots"] for stack in root["stacks"]), usage)


def _cli(command: str, spec: Path, *options: str) -> tuple[str, ...]:
    return (sys.executable, str(CLI), command, str(spec), *options)


def exponent(measured: Sequence[Size]) -> float:
    """Slope of CPU time over resources, both logarithms, by least squares; what the smallest costs is taken off."""
    first, *rest = measured
    points = [
        (math.log(size.resources - first.resources), math.log(size.usage.cpu_seconds - first.usage.cpu_seconds))
        for size in rest
        if size.usage.cpu_seconds > _CLEAR * first.usage.cpu_seconds
    ]
    middle = [sum(values) / len(points) for values in zip(*points, strict=True)]
    across = math.fsum((x - middle[0]) * (y - middle[1]) for x, y in points)
    return across / math.fsum((x - middle[0]) ** 2 for x, _ in points)


def lines(measured: Sequence[Size]) -> Iterator[str]:
    yield f"{'resources':>10}{'CPU s':>9}{'ms each':>9}{'peak MiB':>10}"
    for size in measured:
        each = size.usage.cpu_seconds / size.resources * 1000
        yield f"{size.resources:10,}{size.usage.cpu_seconds:9.2f}{each:9.2f}{size.usage.peak_bytes / _MIB:10.1f}"
    found = exponent(measured)
    yield f"exponent {found:.2f} ({'kept' if found <= MOST_EXPONENT else 'over'}: at most {MOST_EXPONENT})"
