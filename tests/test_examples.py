"""The example platforms: short, clean, and deployed to the sandbox as they stand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from cli import main
from compiler.language.on_demand import everything
from compiler.pipeline import compile_spec
from compiler.source.load import load
from linter.gate import judge

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
NAMES = [path.stem for path in EXAMPLES]
LONGEST = 80


def test_there_are_platforms_of_different_shapes() -> None:
    assert {"guestbook", "network", "newsroom", "orders", "site", "tenants"} <= {*NAMES}


@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_an_example_is_short_and_says_what_it_is(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= LONGEST
    assert lines[0] == "# yaml-language-server: $schema=../schema/platform.schema.json"
    assert f"platform: {path.stem}" in lines


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_an_example_has_no_findings(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    every = everything(load(str(path)).data)
    assert judge(compile_spec(str(path), every), whole=True).diagnostics == ()


def imported_by(path: Path) -> list[str]:
    """The specs of the platforms below."""
    imports = yaml.safe_load(path.read_text("utf-8")).get("imports", {})
    return [one["platform"] for one in imports.values()]


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=NAMES)
def test_an_example_deploys_and_then_changes_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path / "examples")
    environment = compile_spec(path.name)[0].environment
    of_it = [path.name, "--env", environment, "--sandbox"]
    below = [("deploy", one, "--env", environment, "--sandbox", "--yes") for one in imported_by(path)]
    for told in (*below, ("deploy", *of_it, "--yes"), ("plan", *of_it)):
        ran = CliRunner().invoke(main, list(told))
        assert ran.exit_code == 0, ran.output
    assert "No changes" in ran.output
