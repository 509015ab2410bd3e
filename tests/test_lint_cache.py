"""The cache of verdicts beside other processes, with damaged and foreign files, and where nobody may write."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from linter.around import Around
from linter.cache import Cache
from linter.finding import Finding
from tests.surroundings.running import no_rights_of_root

NAME = "demo/dev/us-east-1/data.template.json"
FILES = {NAME: b"{}"}
FOUND = (Finding(NAME, 3, 5, "E3012", "error", "'soon' is not of type 'integer'", "Resources/Jobs"),)


def cache(folder: Path) -> Cache:
    return Cache(folder, Around("us-east-1"))


def verdict(folder: Path) -> Path:
    cache(folder).write(NAME, FILES, FOUND)
    (file,) = folder.iterdir()
    return file


def row(**other: object) -> bytes:
    kept = {"line": 3, "column": 5, "rule": "E1", "level": "error", "message": "x", "pointer": "", "template": NAME}
    return json.dumps([{**kept, **other}]).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 100,
        b"\xff\xfe",
        b"[",
        b"{}",
        b"null",
        b"7",
        b'"text"',
        b"[7]",
        b"[[]]",
        b"[{}]",
        b'{"line": 3}',
        b"[" * 100_000,
        row(line="3"),
        row(column=None),
        row(message=["x"]),
        row(level="grave"),
        row(more=1),
        row()[:-9],
    ],
)
def test_a_damaged_verdict_is_none_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    file = verdict(tmp_path)
    file.write_bytes(content)
    assert cache(tmp_path).read(NAME, FILES) is None
    cache(tmp_path).write(NAME, FILES, FOUND)
    assert cache(tmp_path).read(NAME, FILES) == FOUND


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    for name in ("notes.txt", "0" * 64 + ".json", ".hidden"):
        (tmp_path / name).write_bytes(b"\0not ours")
    (tmp_path / "folder.json").mkdir()
    cache(tmp_path).write(NAME, FILES, FOUND)
    assert cache(tmp_path).read(NAME, FILES) == FOUND
    assert (tmp_path / "notes.txt").read_bytes() == b"\0not ours"
    assert len(list(tmp_path.iterdir())) == 5


def _folder_instead(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _link_to_itself(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)


def _file_instead_of_the_cache(file: Path) -> None:
    shutil.rmtree(file.parent)
    file.parent.write_text("a file")


def _link_to_nothing(file: Path) -> None:
    shutil.rmtree(file.parent)
    file.parent.symlink_to("nothing/at/all")


@pytest.mark.parametrize(
    "damage",
    [_folder_instead, _link_to_itself, _file_instead_of_the_cache, _link_to_nothing],
    ids=lambda one: one.__name__,
)
def test_a_cache_that_is_none_only_costs_time(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder = tmp_path / "cache"
    damage(verdict(folder))
    assert cache(folder).read(NAME, FILES) is None
    cache(folder).write(NAME, FILES, FOUND)
    assert cache(folder).read(NAME, FILES) in (None, FOUND)


@pytest.mark.parametrize("rights", [0o000, 0o500])
def test_a_cache_that_nobody_may_write(tmp_path: Path, rights: int) -> None:
    folder = tmp_path / "cache"
    verdict(folder)
    folder.chmod(rights)
    child = os.fork()
    if not child:  # the rights of root end with the process
        no_rights_of_root()
        cache(folder).write(NAME, {NAME: b"[]"}, ())
        os._exit(cache(folder).read(NAME, FILES) != (FOUND if rights else None))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    folder.chmod(0o700)
    assert len(list(folder.iterdir())) == 1


def _write_and_read(folder: Path, number: int, rounds: int) -> None:
    mine: Mapping[str, bytes] = {NAME: str(number % 2).encode()}
    found = tuple(Finding(NAME, line, 1, "E1", "error", f"{number % 2}" * 500, "") for line in range(1, 60))
    for _ in range(rounds):
        cache(folder).write(NAME, mine, found)
        assert cache(folder).read(NAME, mine) == found


def test_several_processes_never_see_half_a_verdict(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    children = [context.Process(target=_write_and_read, args=(tmp_path, number, 60)) for number in range(6)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * len(children)
    assert len(list(tmp_path.iterdir())) == 2
