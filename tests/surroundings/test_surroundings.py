"""Whatever is wrong around a command: it ends as it would otherwise, or tells what it can't do; never a traceback."""

from __future__ import annotations

import functools
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from cli import main
from tests.surroundings.commands import COMMANDS, SPEC, TEXT, WITHOUT_SPEC
from tests.surroundings.faults import SAME, SPECS, TOLD
from tests.surroundings.running import Ended, Surrounding, ended

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="takes /dev/full and capabilities")
QUICK = ("validate", "compile", "status")
"""Those that the suite tries always; `make surroundings` tries the others."""
_ROWS = [pytest.param(name, marks=() if name in QUICK else pytest.mark.surroundings) for name in COMMANDS]


def made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / SPEC).write_text(TEXT, encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def _nothing_of_the_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def run(command: str, folder: Path, around: Surrounding = lambda: None) -> Ended:
    try:
        return ended(COMMANDS[command], folder, around)
    finally:
        for locked in (folder, folder / "home"):
            if locked.exists():
                locked.chmod(0o700)


@functools.cache
def usual(command: str) -> Ended:
    """How the command ends where nothing is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        return run(command, made(Path(folder)))


def sound(found: Ended) -> bool:
    return 0 <= found.status <= 8 and "Traceback" not in found.stderr and "Exception ignored" not in found.stderr


def left(folder: Path) -> Sequence[str]:
    """What was begun to be written."""
    return [path.name for path in folder.rglob("*") if path.name.endswith(".new")]


def test_every_command_has_a_row() -> None:
    with main.make_context("stackwright", ["schema"]) as context:
        assert set(main.list_commands(context)) == {words[0] for words in COMMANDS.values()}


@pytest.mark.parametrize("command", _ROWS)
def test_what_changes_nothing(command: str, tmp_path: Path) -> None:
    expected = usual(command)
    assert sound(expected), expected
    for number, (name, around) in enumerate(SAME.items()):
        folder = made(tmp_path / str(number))
        found = run(command, folder, around)
        assert sound(found), (name, found)
        assert found.status == expected.status, (name, found)
        assert left(folder) == []


@pytest.mark.parametrize("command", _ROWS)
def test_what_is_told(command: str, tmp_path: Path) -> None:
    expected = usual(command)
    for number, (name, around) in enumerate(TOLD.items()):
        folder = made(tmp_path / str(number))
        found = run(command, folder, around)
        assert sound(found), (name, found)
        assert found.status == expected.status or "error[" in found.stderr, (name, found)
        assert left(folder) == []


@pytest.mark.parametrize("command", _ROWS)
def test_what_a_spec_may_be(command: str, tmp_path: Path) -> None:
    for number, (name, (valid, make)) in enumerate(SPECS.items() if command not in WITHOUT_SPEC else ()):
        folder = made(tmp_path / str(number))
        make(folder / SPEC)
        found = run(command, folder)
        assert sound(found), (name, found)
        if not valid:
            told = '"startLine": 1' if command == "validate as a report" else f"{SPEC}:1:1: error["
            assert found.status and told in found.stdout + found.stderr, (name, found)
        elif not command.startswith("fmt"):
            assert found.status == usual(command).status, (name, found)
