"""One cell of the matrix: a fault at one call of a flow, and the same command again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from tests.faults.answers import Called
from tests.faults.commands import Run
from tests.faults.effects import Effects, effects
from tests.faults.faults import Fault
from tests.faults.flows import Command, Flow
from tests.faults.lab import Lab
from tests.faults.platforms import NEW, OLD, REGIONS, write_existing

ITSELF, AGAIN = "itself", "again"
"""The command succeeds all the same; it says what is wrong, and succeeds when it is run again."""


@dataclass(frozen=True, slots=True)
class Clean:
    """A flow without a fault."""

    run: Run
    calls: tuple[Called, ...]
    effects: Effects


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one fault at one call."""

    flow: str
    fault: str
    number: int
    called: str
    mark: str
    """``itself`` or ``again``; empty when the cell is bad."""
    problems: tuple[str, ...] = ()
    first: str = ""
    second: str = ""


class Course:
    """A flow in a lab: brings the account to where the command begins, runs it, and looks at what it has done."""

    def __init__(self, flow: Flow, lab: Lab, clean: Clean | None = None) -> None:
        """`clean`: what the flow is without a fault, where that is known of this lab."""
        self._flow, self._lab = flow, lab
        self._versions = (OLD, NEW)
        self._values: Mapping[str, str] = {}
        self._ready = False
        self._before = Effects()
        self.clean = clean or self._clean()

    def cell(self, fault: Fault, number: int) -> Cell:
        """The fault at call `number`."""
        self._prepare()
        first, injection = self._lab.run(self._filled(self._flow.command), fault, number)
        done = self._done()
        second = None
        if not first.succeeded or (done != self.clean.effects and "note: " in first.output):
            second = self._lab.run(self._filled(self._flow.command))[0]
            done = self._done()
        ended = () if fault.kills else _first_problems(first, fault, injection.met)
        problems = [*ended, *_met(injection.met, first), *self._end_problems(first, second, done)]
        mark = "" if problems else ITSELF if second is None else AGAIN
        self._ended(not problems)
        shown = (first.output + first.exception, second.output + second.exception if second else "")
        return Cell(self._flow.name, fault.name, number, str(injection.met or ""), mark, tuple(problems), *shown)

    def at_all(self, fault: Fault) -> Cell | None:
        """One run in which every call meets a fault that the SDK gets over; None when that is not all that happens."""
        self._prepare()
        run, injection = self._lab.run(self._filled(self._flow.command), fault)
        problems = [*_met(injection.met, run), *self._end_problems(run, None, self._done())]
        whole = not problems and not Counter(self.clean.calls) - Counter(injection.firsts)
        self._ended(whole)
        return Cell(self._flow.name, fault.name, 0, "", ITSELF) if whole else None

    def row(self, fault: Fault, numbers: Iterable[int]) -> list[Cell]:
        """The fault at these calls: in one run that meets it at all where the SDK gets over it, else one by one."""
        whole = self.at_all(fault) if fault.passes else None
        return [replace(whole, number=number) if whole else self.cell(fault, number) for number in numbers]

    def _clean(self) -> Clean:
        self._prepare()
        run, injection = self._lab.run(self._filled(self._flow.command))
        if not run.succeeded:
            raise AssertionError(f"{self._flow.name} fails without a fault:\n{run}")
        found = Clean(run, injection.calls, self._done())
        self._ended(True)
        return found

    def _prepare(self) -> None:
        if not self._ready:
            self._open()
        self._begin()
        untouched = not (self._flow.before or self._flow.each or self._flow.seed)
        self._before = Effects() if untouched else self._effects()

    def _open(self) -> None:
        """A fresh account, brought to where all runs begin alike."""
        self._lab.fresh()
        self._versions = (OLD, NEW)
        self._values = self._flow.seed(self._lab.client) if self._flow.seed else {}
        for command in self._flow.before:
            self._lab.run(self._filled(command))
        if self._flow.account in ("alternating", "returning"):
            # The first time is another one: the stack was only created before.
            self._begin()
            self._lab.run(self._filled(self._flow.command))
            self._ended(True)

    def _begin(self) -> None:
        if self._values:
            write_existing(self._lab.folder / "platforms", self._values)
        for command in self._flow.each:
            self._lab.run(self._filled(command))
        if self._flow.uploads:
            self._swept()

    def _swept(self) -> None:
        """Nothing is uploaded and nothing planned, as the first time."""
        storage = self._lab.client("s3", REGIONS[0])
        for bucket in storage.list_buckets()["Buckets"]:
            for one in storage.list_objects_v2(Bucket=bucket["Name"]).get("Contents", []):
                storage.delete_object(Bucket=bucket["Name"], Key=one["Key"])

    def _ended(self, good: bool) -> None:
        self._ready = good and self._flow.account != "fresh"
        if self._flow.account == "alternating":
            self._versions = (self._versions[1], self._versions[0])

    def _done(self) -> Effects:
        return self._effects().since(self._before)

    def _effects(self) -> Effects:
        return effects(self._lab.client, REGIONS, tuple(self._lab.sets.effects(self._lab.account)))

    def _filled(self, command: Command) -> Command:
        folder = self._lab.folder / "platforms" / self._flow.platform
        old, new = (str(folder / version / "demo.yaml") for version in self._versions)
        values = {"old": old, "new": new, "env": self._flow.environment, "plan": str(self._lab.folder / "plan.json")}
        return tuple(word.format(**values) for word in command)

    def _end_problems(self, first: Run, second: Run | None, done: Effects) -> Iterator[str]:
        last = second or first
        fulfilled = second is not None and _code(second) in self._flow.fulfilled
        if not (last.succeeded or fulfilled):
            yield f"the same command again: exit {last.exit_code} {last.exception}{' hangs' if last.hangs else ''}"
        if done != self.clean.effects:
            yield f"not what a run without faults does: {_difference(self.clean.effects, done)}"
        if self._flow.account == "kept" and _shown(last.output) != _shown(self.clean.run.output):
            yield "it shows something else than without a fault"


def _met(met: Called | None, first: Run) -> Iterator[str]:
    if met is None:
        yield "the call was not reached"
    if first.hangs:
        yield "hangs"


def _first_problems(first: Run, fault: Fault, met: Called | None) -> Iterator[str]:
    """A command that meets a fault ends by itself, and says what is wrong."""
    if first.exception:
        yield f"traceback: {first.exception}"
    if not (first.succeeded or first.hangs or first.exception):
        yield from _told_badly(first, fault, met)


def _told_badly(first: Run, fault: Fault, met: Called | None) -> Iterator[str]:
    """A command that ends with a fault says so: code, next step, and the credentials or the permission at fault."""
    if not _code(first) or "help: " not in first.output:
        yield f"exit {first.exit_code} without a code or a next step"
    if fault.name == "expired" and (first.exit_code, _code(first)) != (5, "no-credentials"):
        yield f"expired credentials end with {first.exit_code}, {_code(first)}"
    denied = (first.exit_code, _code(first)) == (4, "access-denied") and _named(first, met)
    if fault.name == "denied" and not denied:
        yield f"a missing permission ends with {first.exit_code}, {_code(first)}"
    if not fault.stays and first.exit_code not in (5, 7):
        yield f"a passing fault ends with {first.exit_code}, {_code(first)}"


def _named(run: Run, met: Called | None) -> bool:
    """Whether the permission is named: by AWS, or for a HEAD, which has no body, by the deployer."""
    permissions = {"HeadBucket": "s3:ListBucket", "HeadObject": "s3:GetObject"}
    return met is not None and permissions.get(met.operation, str(met)) in run.output


def _code(run: Run) -> str:
    found = re.search(r"error\[([\w-]+)\]", run.output)
    return found[1] if found else ""


def _shown(output: str) -> str:
    """Without times, and the account, which is another one after a bad cell."""
    return re.sub(r"\d\d:\d\d:\d\d|\b\d{12}\b", "", output)


def _difference(clean: Effects, done: Effects) -> str:
    pairs = (
        (clean.operations, done.operations),
        (clean.uploads, done.uploads),
        (clean.stacks, done.stacks),
    )
    more = [f"+{name}×{count}" for before, after in pairs for name, count in (after - before).items()]
    less = [f"-{name}×{count}" for before, after in pairs for name, count in (before - after).items()]
    return ", ".join(more + less)
