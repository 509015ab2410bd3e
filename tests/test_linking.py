"""What crosses stacks and regions: under which name, in which form, and that it comes from where it should."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.stacks.emit import render
from linter.lint import lint
from tests.goldens.round_trip import recorded, wrong_ways

ROOT = Path(__file__).parent.parent
CASES = sorted((ROOT / "tests" / "cases").glob("*.yaml"))
SPECS = sorted((ROOT / "spec").glob("*.yaml"))
HEAD = "platform: demo\nenvironments: {dev: {posture: development}}\n"


def there_and_back(file: Path) -> list[str]:
    with recorded() as programs:
        compiled = compile_spec(str(file))
    return list(wrong_ways(programs, compiled))


@pytest.mark.parametrize("file", [*CASES, *SPECS], ids=lambda file: file.stem)
def test_following_the_links_gives_back_the_flat_program(file: Path) -> None:
    assert there_and_back(file) == []


@pytest.mark.parametrize("file", [one for one in CASES if "names" in one.stem], ids=lambda file: file.stem)
def test_the_hash_seed_does_not_matter(file: Path, tmp_path: Path) -> None:
    expected = render(compile_spec(str(file)))
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, str(ROOT / "cli.py"), "compile", str(file), "--out", str(tmp_path / seed)]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        assert {name: (tmp_path / seed / name).read_bytes() for name in expected} == expected


@pytest.mark.slow
def test_the_cases_lint_clean(tmp_path: Path) -> None:
    assert [str(one) for file in CASES for one in lint(compile_spec(str(file)), tmp_path) if one.level == "error"] == []
