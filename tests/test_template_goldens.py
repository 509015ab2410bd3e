"""Each spec under golden/ compiles to exactly the templates beside it, and they lint clean."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.stacks.emit import render, write
from linter.lint import lint

FOLDER = Path(__file__).parent / "golden"
CASES = sorted(path.parent.name for path in FOLDER.glob("*/spec.yaml"))


def rendered(case: str) -> dict[str, bytes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(FOLDER / case)
        return render(compile_spec("spec.yaml"))


@pytest.mark.parametrize("case", CASES)
def test_templates_are_as_they_were(case: str, update: bool) -> None:
    files, expected = rendered(case), FOLDER / case / "expected"
    if update:
        shutil.rmtree(expected, ignore_errors=True)
        write(files, str(expected), [])
    on_disk = {path.relative_to(expected).as_posix(): path.read_bytes() for path in expected.rglob("*.json")}
    assert sorted(on_disk) == sorted(files)
    for name, text in files.items():
        assert text.decode() == on_disk[name].decode(), name


@pytest.mark.slow
def test_templates_lint_clean(tmp_path: Path) -> None:
    compiled = [one for case in CASES for one in compile_spec(str(FOLDER / case / "spec.yaml"))]
    renamed = {(one.platform, one.environment, one.region) for one in compiled}
    assert len(renamed) == len(compiled), "give each golden a platform name of its own"
    assert [str(one) for one in lint(compiled, tmp_path)] == []
