"""A long run: ``python -m tests.drawn 2000`` draws so many specs, lints all of them and tells each finding once."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings

from compiler.language.names import pascal
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from linter.formats.rules import Rule
from linter.lint import lint
from tests.drawn.mending import Mended, mended
from tests.drawn.soundness import faults
from tests.drawn.specs import WORDS, specs
from tests.goldens.round_trip import wrong_ways

BATCH = 50
_NAMES = re.compile(
    "|".join(
        rf"\b(?:old-|Old)?{re.escape(one)}(?![a-z])"
        for one in sorted({*WORDS, *map(pascal, WORDS)}, key=len, reverse=True)
    )
)


class Run:
    """What a run has found: each kind of finding with the smallest spec that shows it."""

    def __init__(self, folder: Path, linted: bool) -> None:
        self._folder = folder
        self._linted = linted
        self._waiting: list[tuple[Json, Compiled]] = []
        self.counts: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.smallest: dict[str, tuple[str, Json]] = {}

    def take(self, drawn: Json) -> None:
        self.counts["specs"] += 1
        drawn = {**drawn, "platform": f"drawn-{self.counts['specs']}"}
        try:
            found = mended(drawn, self._folder)
        except Exception as problem:  # noqa: BLE001 - whatever it is, it is what the run looks for
            self._add(
                f"{type(problem).__name__}: {problem}\n{''.join(traceback.format_tb(problem.__traceback__)[-2:])}",
                drawn,
            )
            return
        self._count(found)
        for one in found.compiled:
            for fault in faults(one):
                self._add(fault, found.spec)
        for fault in wrong_ways(found.programs, found.compiled):
            self._add(f"round trip: {fault}", found.spec)
        self._waiting += [(found.spec, one) for one in found.compiled]
        if len(self._waiting) >= BATCH:
            self.lint()

    def _count(self, found: Mended) -> None:
        self.counts["refused at first"] += bool(found.refused)
        self.counts["refused to the end"] += not found.compiled
        self.refusals.update({one.code for one in found.refused})
        self.counts["environments"] += len(found.compiled)
        self.counts["templates"] += sum(len(one.templates) for one in found.compiled)

    def lint(self) -> None:
        spec_of = {one.platform: spec for spec, one in self._waiting}
        compiled = [one for _, one in self._waiting] if self._linted else []
        for finding in lint(compiled, self._folder / "verdicts"):
            if Rule(finding.code).owner == "Stackwright":
                continue  # what may be set, these rules advise against
            pointer = "/".join(finding.resource.split("/")[2:])
            about = f"{finding.code} {finding.component.split('.')[0]} {pointer}: {finding.message}"
            self._add(about, spec_of[finding.also[0].file.split("/")[0]])
        self._waiting = []
        print(f"{self.counts['specs']} specs, {self.counts['findings']} findings", file=sys.stderr, flush=True)

    def _add(self, about: str, spec: Json) -> None:
        self.counts["findings"] += 1
        kind = re.sub("[0-9]+", "0", _NAMES.sub("X", about))[:200]
        if kind not in self.smallest or len(json.dumps(spec)) < len(json.dumps(self.smallest[kind][1])):
            self.smallest[kind] = (about, spec)

    def report(self) -> Iterator[str]:
        for about, spec in self.smallest.values():
            yield f"--- {about}\n{yaml.safe_dump(spec, sort_keys=False, default_flow_style=None, width=160)}"
        yield "refused for: " + ", ".join(f"{code} {count}" for code, count in self.refusals.most_common())
        yield ", ".join(f"{count} {what}" for what, count in self.counts.items())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drawn", description=__doc__)
    parser.add_argument("count", type=int, help="how many specs")
    parser.add_argument("--seed", type=int, default=0, help="another seed, other specs")
    parser.add_argument("--most", type=int, default=8, help="components that a spec starts with, at most")
    parser.add_argument("--no-lint", action="store_true", help="only what the templates themselves tell")
    said = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stackwright-drawn-") as folder:
        run = Run(Path(folder), not said.no_lint)

        @seed(said.seed)
        @settings(
            max_examples=said.count,
            phases=[Phase.generate],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(specs(said.most))
        def draw(spec: Json) -> None:
            run.take(spec)

        draw()
        run.lint()
    print("\n".join(run.report()))
    return 1 if run.smallest else 0


if __name__ == "__main__":
    sys.exit(main())
