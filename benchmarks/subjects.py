"""What is measured: the floor, and each command on the reference platform and on generated ones."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.generated import spec_text

ROOT = Path(__file__).resolve().parent.parent
CLI = ROOT / "cli.py"
PLATFORMS = sorted((ROOT / "spec").glob("*.yaml"))
REFERENCE = ROOT / "spec" / "rayman-portfolio.yaml"
ENVIRONMENT = "dev"
PASS = "python -c pass"
_LARGEST_WITH_BUDGET = 33
_CHANGE = ("instance: db.t3.micro, storage: 20", "instance: db.t3.micro, storage: 21")
"""Of one setting of the reference platform: it changes one template, and its root is linted again too."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The most CPU time that a subject may take."""

    most: float
    beside: str = ""
    """`most` is a multiple of the subject of this title; CPU seconds when empty."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One command to be measured."""

    title: str
    command: tuple[str, ...]
    budget: Budget | None = None
    cold: tuple[str, ...] = ()
    """Folders below the working folder that are removed before each run."""
    before: tuple[str, ...] = ()
    """A command that runs before each run, and is not measured."""


def floor() -> Iterator[Subject]:
    """The interpreter alone, and with the packages that a command may have to import."""
    yield _python(PASS, "pass")
    yield _python("import click, yaml", "import click, yaml")
    yield _python("… and troposphere, awacs", "import click, yaml, troposphere, awacs.aws")
    yield _python("… and jsonschema", "import click, yaml, troposphere, awacs.aws, jsonschema")


def of_reference() -> Iterator[Subject]:
    """validate, compile and lint of one environment of the reference platform."""
    yield from _commands("reference", REFERENCE, Budget(8, PASS), Budget(16, PASS))


def of_change(folder: Path) -> Iterator[Subject]:
    """lint of the reference platform, all environments, after a setting of one has changed.

    Comes after `of_platforms`, and writes the changed spec into `folder`.
    """
    changed, (before, after) = folder / "changed.yaml", _CHANGE
    changed.write_text(REFERENCE.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    budget = Budget(0.45, f"{REFERENCE.stem}: lint, nothing cached")
    lint = _cli(f"{REFERENCE.stem}: lint, one changed", ("lint", str(changed)), budget, cold=(".stackwright",))
    yield replace(lint, before=_cli("", ("lint", str(REFERENCE)), None).command)


def of_platforms(linted: bool) -> Iterator[Subject]:
    """compile and lint of every platform under spec/, all its environments."""
    for spec in PLATFORMS:
        compiling = f"{spec.stem}: compile"
        yield _cli(compiling, ("compile", str(spec), "--out", "out"), None)
        if linted:
            yield _cli(f"{spec.stem}: lint, nothing cached", ("lint", str(spec)), None, cold=(".stackwright",))
            yield _cli(f"{spec.stem}: lint, all cached", ("lint", str(spec)), Budget(1.15, compiling))


def of_generated(services: Sequence[int], folder: Path) -> Iterator[Subject]:
    """The same for platforms of that many services each; writes their specs into `folder`."""
    for count in services:
        spec = folder / f"generated-{count}.yaml"
        spec.write_text(spec_text(count), encoding="utf-8")
        budget = Budget(1.5) if count <= _LARGEST_WITH_BUDGET else None
        yield from _commands(f"N={count}", spec, None, budget)


def _commands(of: str, spec: Path, validate: Budget | None, compiled: Budget | None) -> Iterator[Subject]:
    arguments = (str(spec), "--env", ENVIRONMENT)
    compiling = f"{of}: compile"
    yield _cli(f"{of}: validate", ("validate", *arguments), validate)
    yield _cli(compiling, ("compile", *arguments, "--out", "out"), compiled)
    yield _cli(f"{of}: lint, nothing cached", ("lint", *arguments), None, cold=(".stackwright",))
    yield _cli(f"{of}: lint, all cached", ("lint", *arguments), Budget(1.15, compiling))


def _cli(title: str, arguments: Sequence[str], budget: Budget | None, cold: tuple[str, ...] = ()) -> Subject:
    return Subject(title, (sys.executable, str(CLI), *arguments), budget, cold)


def _python(title: str, code: str) -> Subject:
    return Subject(title, (sys.executable, "-c", code))
