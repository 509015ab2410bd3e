"""Run the tests of each module against its mutants: ``nice -n 10 python -m tests.mutants [--logic] [MODULE]...``.

A mutant is put into the loaded module in a forked process, so that nothing is imported anew. Then the tests of
boundaries, the section's own and the goldens of errors run until one fails. What survives is printed with its place,
and at the end the score.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType

import pytest

import compiler.stacks.assemble  # noqa: F401  # loaded once, for all mutants
from tests.mutants.mutate import Mutant, mutants

ROOT = Path(__file__).parents[2]
KINDS = sorted((ROOT / "tests" / "kinds").glob("test_*.py"))
STACKS = [ROOT / "tests" / name for name in ("test_regions.py", "test_program.py", "test_emit.py", "test_linking.py")]
BOUNDARIES = ROOT / "tests" / "test_boundaries.py"
ERRORS = ROOT / "tests" / "test_error_goldens.py"
SECONDS = 300
KILLED, SURVIVED = 0, 3


def modules() -> list[Path]:
    """All that is worth it: the checks of the kinds, what they share, the linker and the regions."""
    checks = sorted((ROOT / "compiler" / "kinds").glob("*/checks.py"))
    shared = sorted((ROOT / "compiler" / "shared").glob("*_rules.py"))
    return [*checks, *shared, ROOT / "compiler" / "stacks" / "link.py", ROOT / "compiler" / "stacks" / "regions.py"]


def tests_of(module: Path) -> list[Path]:
    """The section's own test files; of what is shared, those of the sections that use it."""
    if module.parent.name == "stacks":
        return STACKS
    if module.parent.name == "shared":
        users = [one for one in modules() if one.name == "checks.py" and module.stem in one.read_text("utf-8")]
        return list(dict.fromkeys(test for user in users for test in tests_of(user)))
    stem = module.parent.name.rstrip("s")
    return [test for test in KINDS if test.stem.startswith((f"test_{stem}", f"test_{stem.removesuffix('ie')}y"))]


def put(mutant: Mutant, module: ModuleType) -> None:
    """Execute the mutant in the module, and take what is new wherever the old was imported by name."""
    before = dict(vars(module))
    exec(compile(mutant.tree, str(module.__file__), "exec"), vars(module))
    fresh = {id(old): vars(module)[name] for name, old in before.items() if not name.startswith("__")}
    for one in list(sys.modules.values()):
        if one is not module and getattr(one, "__name__", "").startswith("compiler."):
            for name, value in list(vars(one).items()):
                if id(value) in fresh and type(value).__name__ in ("function", "type"):
                    setattr(one, name, fresh[id(value)])


def survives(mutant: Mutant, path: Path) -> bool:
    """Whether no test fails; one that takes too long counts as failed."""
    child = os.fork()
    if not child:
        signal.alarm(SECONDS)
        os._exit(_run(mutant, path))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == SURVIVED


def _run(mutant: Mutant, path: Path) -> int:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            put(mutant, importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts)))
            options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
            sound = all(pytest.main([*options, str(test)]) == 0 for test in (BOUNDARIES, *tests_of(path), ERRORS))
        except BaseException:  # noqa: BLE001  # a mutant that can't even be loaded is noticed
            return KILLED
    return SURVIVED if sound else KILLED


def _wanted(names: Sequence[str]) -> Iterator[Path]:
    for path in modules():
        if not names or any(name in str(path.relative_to(ROOT)) for name in names):
            yield path


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("modules", nargs="*", help="part of a path, such as kinds/queues; all when left out")
    parser.add_argument("--logic", action="store_true", help="also turn conditions, which takes three times as long")
    asked = parser.parse_args(arguments)
    count = alive = 0
    for path in _wanted(asked.modules):
        for mutant in mutants(path.read_text("utf-8"), asked.logic):
            count += 1
            if survives(mutant, path):
                alive += 1
                print(f"{path.relative_to(ROOT)}:{mutant.line}:{mutant.column + 1}: {mutant.about}", flush=True)
        print(f"# {path.relative_to(ROOT)}: {count - alive} of {count} killed so far", flush=True)
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
