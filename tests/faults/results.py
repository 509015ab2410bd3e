"""What the long run has found: every cell of the matrix, as data beside the tests and as tables in the docs."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.faults import FAULTS, Fault
from tests.faults.flows import FLOWS, Flow
from tests.faults.matrix import AGAIN, ITSELF, Cell

RESULTS = Path(__file__).with_name("results.json")
PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
_LETTERS = {ITSELF: "i", AGAIN: "a", "": "x"}
NOT_RUN = "."
_SHOWN = {NOT_RUN: "", "i": "·", "a": "again", "x": "**bad**", "": ""}
_MARKED = re.compile(r"(<!-- (\w+) -->\n).*?(?=<!-- /\2 -->)", re.DOTALL)


@dataclass(slots=True)
class Results:
    """Flow → its calls, and for each fault a letter a call: by itself, again, bad, not run."""

    calls: dict[str, list[str]] = field(default_factory=dict)
    marks: dict[str, dict[str, str]] = field(default_factory=dict)

    def has(self, flow: str, calls: Sequence[str]) -> None:
        """The calls that a flow has now; what was found at other ones is forgotten."""
        if self.calls.get(flow) != [*calls]:
            self.marks[flow] = {}
        self.calls[flow] = list(calls)

    def take(self, cells: Sequence[Cell]) -> None:
        """What one fault has done to some calls of a flow."""
        flow, fault = cells[0].flow, cells[0].fault
        letters = list(self._row(flow, fault))
        for cell in cells:
            letters[cell.number - 1] = _LETTERS[cell.mark]
        self.marks[flow][fault] = "".join(letters)

    def left(self, flow: str, fault: str) -> list[int]:
        """The calls at which the fault was not met yet, or that were bad."""
        return [number for number, letter in enumerate(self._row(flow, fault), 1) if letter in ("x", NOT_RUN)]

    def mark(self, flow: str, fault: str, number: int) -> str:
        """The letter of a cell; empty where it was not run."""
        return self._row(flow, fault)[number - 1 : number].replace(NOT_RUN, "")

    def _row(self, flow: str, fault: str) -> str:
        return self.marks.get(flow, {}).get(fault, "") or NOT_RUN * len(self.calls.get(flow, ()))


def applies(flow: Flow, fault: Fault) -> bool:
    """A command is killed in some flows, the others with the same calls are left out."""
    return flow.killed or not fault.kills


def read_results() -> Results:
    """The results of the last long run."""
    if not RESULTS.exists():
        return Results()
    data = json.loads(RESULTS.read_text("utf-8"))
    return Results(data["calls"], data["marks"])


def write_results(results: Results) -> None:
    """In the order of the flows and faults, so that a difference can be read."""
    flows = [flow.name for flow in FLOWS if flow.name in results.calls]
    marks = {
        flow: {fault.name: results.marks[flow][fault.name] for fault in FAULTS if fault.name in results.marks[flow]}
        for flow in flows
    }
    data = {"calls": {flow: results.calls[flow] for flow in flows}, "marks": marks}
    half = RESULTS.with_suffix(".half")
    half.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    half.replace(RESULTS)


def page(results: Results) -> str:
    """The docs with their tables made anew."""
    sections: Mapping[str, Iterator[str]] = {
        "faults": _faults(),
        "matrix": _matrix(results),
        "calls": _calls(results),
    }
    text = PAGE.read_text("utf-8")
    return _MARKED.sub(lambda found: found[1] + "".join(f"{line}\n" for line in sections[found[2]]), text)


def _faults() -> Iterator[str]:
    yield from ("| fault | what happens |", "|---|---|")
    yield from (f"| `{fault.name}` | {fault.means} |" for fault in FAULTS)


def _matrix(results: Results) -> Iterator[str]:
    names = [fault.name for fault in FAULTS]
    yield f"| flow | calls | {' | '.join(names)} |"
    yield "|---" * (len(names) + 2) + "|"
    for flow in FLOWS:
        row = results.marks.get(flow.name, {})
        counts = [_count(row.get(fault.name, "")) if applies(flow, fault) else "" for fault in FAULTS]
        yield f"| {flow.means} | {len(results.calls.get(flow.name, ()))} | {' | '.join(counts)} |"
    yield from ("", _total(results))


def _total(results: Results) -> str:
    rows = [
        "".join(results.mark(flow.name, fault.name, number) or NOT_RUN for number in range(1, calls + 1))
        for flow in FLOWS
        for fault in FAULTS
        if applies(flow, fault) and (calls := len(results.calls.get(flow.name, ())))
    ]
    cells = "".join(rows)
    left = cells.count(NOT_RUN)
    return (
        f"{len(cells) - left:,} of {len(cells):,} cells: {cells.count('i'):,} succeeded in spite of the fault, "
        f"{cells.count('a'):,} when the same command was run again, {cells.count('x')} did not."
        + (f" {left:,} were not run yet (`make faults FAULTS_ARGS=--missing`)." if left else "")
    )


def _count(letters: str) -> str:
    """``31`` when all succeed by themselves, ``28 + 3`` when three of them do when they are run again."""
    if not letters.strip(NOT_RUN):
        return "not run"
    bad = f", **{letters.count('x')} bad**" if "x" in letters else ""
    again, left = letters.count("a"), letters.count(NOT_RUN)
    some = f" of {len(letters)}" if left else ""
    return f"{letters.count('i')}{f' + {again}' if again else ''}{some}{bad}"


def _calls(results: Results) -> Iterator[str]:
    for flow in FLOWS:
        if flow.name in results.calls:
            yield from _of_flow(flow, results)


def _of_flow(flow: Flow, results: Results) -> Iterator[str]:
    shown = [fault.name for fault in FAULTS if fault.name in results.marks[flow.name]]
    yield from (f"<details><summary>{flow.name}</summary>", "")
    yield f"| call | operation | {' | '.join(shown)} |"
    yield "|---" * (len(shown) + 2) + "|"
    rows = [
        (called, *(_SHOWN[results.mark(flow.name, name, number)] for name in shown))
        for number, called in enumerate(results.calls[flow.name], 1)
    ]
    last = 0
    for row, same in itertools.groupby(rows):
        first, last = last + 1, last + len(list(same))
        yield f"| {first if first == last else f'{first}-{last}'} | {' | '.join(row)} |"
    yield from ("", "</details>", "")
