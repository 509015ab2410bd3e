"""Each example of the documents is tried, or has the reason why it can't be: a new one without a row fails."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from cli import main
from compiler.pipeline import compile_spec
from compiler.source.diagnostics import Diagnostic, Place
from compiler.source.json_value import Json
from tests.documents.blocks import ROOT, Block, blocks, table, words

BLOCKS = tuple(blocks())
SHELLS = ("console", "bash", "sh")
SHOP = "# A shop\nplatform: shop\nenvironments:\n    dev: {posture: development}\nqueues: {jobs: {}}\n"
"""`spec/shop.yaml`, which is not in the layout of `fmt`."""


def of(how: str) -> list[object]:
    return [pytest.param(block, id=block.name) for block in BLOCKS if block.how == how]


def test_each_example_has_a_row_and_each_row_an_example() -> None:
    assert [f"{block.name}: {block.start}" for block in BLOCKS if not block.how] == []
    counted = {page: sum(block.page == page for block in BLOCKS) for page in table()}
    assert counted == {page: len(rows) for page, rows in table().items()}
    assert {block.how for block in BLOCKS} == {"compiles", "runs", "json", "test", "not_run"}


@pytest.mark.parametrize("block", of("compiles"))
def test_a_spec_compiles(block: Block, tmp_path: Path) -> None:
    part: Json = yaml.safe_load(block.text)
    for step in reversed(block.about["at"].split(".") if "at" in block.about else []):
        part = {step: part}
    header = {"platform": "shop", "environments": {"prod": {"posture": "production"}}}
    known = {} if "environments" in part else header
    spec = merged(merged(known | {"platform": "shop"}, block.about.get("around", {})), part)
    path = tmp_path / "shop.yaml"
    path.write_text(yaml.safe_dump(spec, sort_keys=False), encoding="utf-8")
    assert compile_spec(str(path))


def merged(under: Json, over: Json) -> Json:
    """A part of a spec with what is around it; what both say the part says."""
    if not isinstance(under, Mapping) or not isinstance(over, Mapping):
        return over
    both = {key: merged(under[key], over[key]) for key in under if key in over}
    return {**under, **over, **both}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the reference platforms, the example and a shop."""
    for name in ("spec", "examples", "templates_out"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns(".stackwright"))
    (tmp_path / "spec" / "shop.yaml").write_text(SHOP, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown_runs() -> list[object]:
    """Blocks whose commands run; cfn-lint takes long."""
    found: list[object] = []
    for block in BLOCKS:
        if block.how == "runs":
            slow = any(words(command)[1] == "lint" for command in block.commands)
            found.append(pytest.param(block, id=block.name, marks=[pytest.mark.slow] if slow else []))
    return found


@pytest.mark.parametrize("block", shown_runs())
def test_commands_run_one_after_the_other(block: Block, folder: Path) -> None:
    for file in block.about.get("without", ()):
        (folder / file).unlink()
    for command in block.commands:
        program, *arguments = words(command)
        assert program == "stackwright"
        ran = CliRunner().invoke(main, arguments)
        assert (ran.exit_code != 0) == bool(block.about.get("fails")), f"{command}: {ran.output}"
        shown = [line for line in block.text.splitlines() if "$ " in block.text and not line.startswith("$ ")]
        assert [line for line in shown if line not in ran.output] == []


@pytest.mark.parametrize("block", of("json"))
def test_json_is_json(block: Block) -> None:
    assert json.loads(block.text)


def test_a_diagnostic_as_json_is_as_the_page_shows_it() -> None:
    (shown,) = [json.loads(block.text) for block in BLOCKS if block.page == "docs/errors.md" and block.how == "json"]
    assert shown.keys() == Diagnostic("x", "x", Place("x", 1, 1)).to_json().keys()


@pytest.mark.parametrize("block", of("test"))
def test_the_test_of_an_example_reads_its_page(block: Block) -> None:
    text = (ROOT / block.about).read_text(encoding="utf-8")
    assert Path(block.page).name in text


@pytest.mark.parametrize("block", of("not_run"))
def test_what_does_not_run_has_a_reason_and_could_not(block: Block) -> None:
    """A command of ours that needs no account could run, unless the reason names the test that runs it."""
    assert len(block.about.split()) >= 4
    for command in block.commands if block.language in SHELLS else ():
        program, *arguments = words(command)
        if program == "stackwright" and "tests/" not in block.about:
            assert calls_aws(arguments[0]), command


def calls_aws(name: str) -> bool:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    return any("--profile" in parameter.opts for parameter in command.params)


@pytest.mark.parametrize("block", of("not_run"))
def test_a_reason_names_tests_that_are_there(block: Block) -> None:
    named = [word.strip(",;.") for word in block.about.split() if word.startswith("tests/")]
    assert [name for name in named if not (ROOT / name.removesuffix(";")).exists()] == []
