"""Each bad spec under golden/errors gives exactly its text, exit 1, and nothing on disk."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from compiler.program.quotas import quotas

FOLDER = Path(__file__).parent / "golden" / "errors"
CASES = sorted(path.name for path in FOLDER.iterdir())
ROOT = FOLDER.parents[2]
ROOMS = ("compiler", "linter", "reviewer", "deployer")
FROM_SCHEMA = {"missing-property", "not-allowed", "bad-value", "out-of-range", "duplicate-value", "wrong-type"}
"""Codes that `compiler.language.validate` chooses by the keyword that is broken."""
HEAD = "platform: demo\nenvironments:\n  dev: {posture: development}\n"


def compile_in(folder: Path, out: Path, *options: str) -> tuple[int, str]:
    """Exit status and standard error of `stackwright compile spec.yaml` run in `folder`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        result = CliRunner().invoke(main, ["compile", "spec.yaml", "--out", str(out), *options])
    assert result.stdout == ""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result.exit_code, result.stderr


@pytest.mark.parametrize("case", CASES)
def test_bad_spec(case: str, tmp_path: Path, update: bool) -> None:
    status, text = compile_in(FOLDER / case, tmp_path / "out")
    expected = FOLDER / case / "expected.txt"
    if update:
        expected.write_text(text)
    assert text == expected.read_text()
    assert status == 1
    assert "error[" in text
    assert not (tmp_path / "out").exists()


ERRORS = {
    "Fault": 0,
    "Diagnostic": 0,
    "_fault": 0,
    "_add": 0,
    "_report": 0,
    "_stopped": 0,
    "BadTime": 0,
    "_Kind": 0,
    "refused": 2,
    "_refused": 3,
    "unreachable": 2,
}
"""What makes an error, with the position of its code."""
WARNINGS = {"warning": 0, "_warned": 0}


def codes(path: Path, makers: Mapping[str, int]) -> set[str]:
    """The code of each diagnostic that a module makes, where it is a literal."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        position = (
            makers.get(getattr(node.func, "id", getattr(node.func, "attr", ""))) if isinstance(node, ast.Call) else None
        )
        if isinstance(node, ast.Call) and position is not None:
            given = [*node.args[position : position + 1], *(one.value for one in node.keywords if one.arg == "code")]
            found |= {str(one.value) for one in given if isinstance(one, ast.Constant)}
    return found


def made(makers: Mapping[str, int]) -> set[str]:
    return set().union(*(codes(path, makers) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))))


def test_every_code_is_explained_and_every_explanation_is_of_a_code() -> None:
    known = made(ERRORS) | made(WARNINGS) | {quota.code for quota in quotas()} | {"aws-refused", "unreachable"}
    told = {line.split("error[")[1].split("]")[0] for case in CASES for line in golden(case) if "error[" in line}
    explained = set(re.findall(r"^### (\S+)$", (ROOT / "docs" / "errors.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert (known | told) - explained == set()
    assert explained - (known | told | FROM_SCHEMA) == set()


def test_every_code_is_explained_once() -> None:
    """`explain` shows one of several, and a link leads to the first."""
    found = re.findall(r"^### (\S+)$", (ROOT / "docs" / "errors.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(found) == sorted({*found})


def test_warnings_are_explained_as_such() -> None:
    text = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    section = text.split("\n## Warnings\n")[1].split("\n## ")[0]
    assert set(re.findall(r"^### (\S+)$", section, re.MULTILINE)) == made(WARNINGS)


def golden(case: str) -> list[str]:
    return (FOLDER / case / "expected.txt").read_text(encoding="utf-8").splitlines()


def test_a_file_of_five_megabytes(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(HEAD + "# filler\n" * 600_000)
    status, text = compile_in(tmp_path, tmp_path / "out")
    assert (status, text.splitlines()[0]) == (1, "spec.yaml:1:1: error[file-too-large]: a spec has at most 1 MiB")


def test_a_missing_file(tmp_path: Path) -> None:
    status, text = compile_in(tmp_path, tmp_path / "out")
    assert (status, text.splitlines()[0]) == (1, "spec.yaml:1:1: error[missing-file]: there is no such file")


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").mkdir()
    status, text = compile_in(tmp_path, tmp_path / "out")
    assert status == 1
    assert text.startswith("spec.yaml:1:1: error[unreadable-file]: the file can't be read: Is a directory")


def test_an_output_folder_that_can_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(HEAD + "queues: {jobs: {}}\n")
    (tmp_path / "out").write_text("a file, not a folder")
    status, text = compile_in(tmp_path, tmp_path / "out")
    assert status == 1
    assert "error[unwritable-output]: the output can't be written: " in text
    assert (tmp_path / "out").read_text() == "a file, not a folder"


def test_an_environment_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "spec.yaml").write_text(HEAD + "queues: {jobs: {}}\n")
    status, text = compile_in(tmp_path, tmp_path / "out", "--env", "def")
    assert status == 1
    assert text == (
        "spec.yaml:2:1: error[unknown-environment]: there is no environment 'def'\n"
        "  help: did you mean 'dev'?\n1 error\n"
    )
