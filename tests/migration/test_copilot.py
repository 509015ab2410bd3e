"""`stackwright import-from copilot`: samples become the specs and reports beside them, which are valid and clean."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main

SAMPLES = Path(__file__).with_name("samples")
CASES = tuple(sorted(path.name for path in SAMPLES.iterdir()))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def copied(case: str, folder: Path) -> None:
    shutil.copytree(SAMPLES / case / "copilot", folder / "copilot")


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words], catch_exceptions=False)


def convert(*more: str) -> Result:
    return run("import-from", "copilot", ".", "--out", "spec.yaml", *more)


@pytest.mark.parametrize("case", CASES)
def test_a_sample_becomes_this_spec_and_this_report(case: str, folder: Path, update: bool) -> None:
    copied(case, folder)
    told = convert()
    assert told.exit_code == 0, told.output
    made = {"spec.yaml": (folder / "spec.yaml").read_text("utf-8"), "report.txt": told.stderr + told.stdout}
    for name, text in made.items():
        if update:
            (SAMPLES / case / name).write_text(text, encoding="utf-8")
        assert (SAMPLES / case / name).read_text("utf-8") == text
    assert run("fmt", "--check", "spec.yaml").exit_code == 0


@pytest.mark.parametrize("case", CASES)
def test_what_a_sample_becomes_compiles(case: str, folder: Path) -> None:
    shutil.copy(SAMPLES / case / "spec.yaml", folder)
    told = run("compile", "spec.yaml", "--strict")
    assert told.exit_code == 0, told.output


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_what_a_sample_becomes_lints(case: str, folder: Path) -> None:
    shutil.copy(SAMPLES / case / "spec.yaml", folder)
    told = run("lint", "spec.yaml")
    assert told.output == "no findings\n"


@pytest.mark.slow
def test_an_application_of_three_services_a_job_and_an_addon_deploys(folder: Path) -> None:
    shutil.copy(SAMPLES / "shop" / "spec.yaml", folder)
    told = run("deploy", "spec.yaml", "--env", "test", "--sandbox", "--yes")
    assert told.exit_code == 0, told.output


@pytest.mark.parametrize("case", CASES)
def test_each_line_of_the_report_is_a_line_of_a_manifest(case: str, folder: Path) -> None:
    copied(case, folder)
    rows = json.loads(convert("--format", "json").stdout)["diagnostics"]
    assert rows
    for row in rows:
        assert row["code"] in ("not-converted", "converted-differently") and row["suggestion"]
        path = folder / row["file"]
        if path.is_file():
            assert row["line"] <= len(path.read_text("utf-8").splitlines())
        else:
            assert path.is_dir() and path.name == "overrides"
