"""Each bad spec under golden/errors gives exactly its text, exit 1, and nothing on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main

FOLDER = Path(__file__).parent / "golden" / "errors"
CASES = sorted(path.name for path in FOLDER.iterdir())
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


@pytest.mark.parametrize("case", CASES)
def test_every_error_stands_in_the_reference(case: str) -> None:
    reference = (FOLDER.parents[2] / "docs" / "errors.md").read_text()
    text = (FOLDER / case / "expected.txt").read_text()
    codes = {line.split("error[")[1].split("]")[0] for line in text.splitlines() if "error[" in line}
    assert codes
    assert {code for code in codes if f"### {code}\n" not in reference} == set()


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
