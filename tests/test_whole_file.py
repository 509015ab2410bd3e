"""Files that are written completely or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from compiler.source.whole_file import check_whole, write_whole


def test_a_file_is_replaced_and_keeps_its_rights(tmp_path: Path) -> None:
    file = tmp_path / "report.txt"
    write_whole(file, b"first")
    file.chmod(0o640)
    write_whole(file, b"second")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"second", 0o640)
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    link = tmp_path / "report.txt"
    link.symlink_to("deep/real.txt")
    for content in (b"first", b"second"):
        write_whole(link, content)
        assert link.is_symlink() and (tmp_path / "deep/real.txt").read_bytes() == content


def test_a_device_is_written_to_as_it_is() -> None:
    check_whole(Path(os.devnull))
    write_whole(Path(os.devnull), b"gone")


@pytest.mark.parametrize("name", ["folder", "missing/file", "loop", "file/below"])
def test_what_can_not_be_written_is_told_before_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("kept")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(OSError):
        check_whole(tmp_path / name)
    with pytest.raises(OSError):
        write_whole(tmp_path / name, b"new")
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text() == "kept"


def test_a_disk_that_is_full_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "report.txt"
    file.write_text("kept")

    def full(path: Path, _content: bytes) -> int:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, b"new")
    assert [one.name for one in tmp_path.iterdir()] == ["report.txt"]
    assert file.read_text() == "kept"
