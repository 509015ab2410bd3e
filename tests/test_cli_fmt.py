"""`stackwright fmt`: writes the layout, or says where a file differs from it."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main

UNTIDY = "platform:   shop\nenvironments:\n    dev:\n        posture: 'development' # here\n"
TIDY = 'platform: shop\nenvironments:\n  dev:\n    posture: "development" # here\n'


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(UNTIDY, "utf-8", newline="")
    return Path("shop.yaml")


def fmt(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["fmt", *arguments])


def test_it_writes_the_layout_once(spec: Path) -> None:
    spec.chmod(0o640)
    assert fmt("shop.yaml").output == "shop.yaml: formatted\n"
    assert spec.read_text("utf-8") == TIDY
    assert spec.stat().st_mode & 0o777 == 0o640
    assert fmt("shop.yaml").output == "nothing to change\n"
    assert [one.name for one in Path().iterdir()] == ["shop.yaml"]


def test_check_writes_nothing_and_names_the_first_line(spec: Path) -> None:
    spec.write_text(UNTIDY.replace(":   ", ": "), "utf-8")
    checked = fmt("--check", "shop.yaml")
    assert checked.exit_code == 1
    assert checked.stderr.startswith("shop.yaml:3:1: error[not-formatted]: the file is not in the layout of `fmt`")
    assert "run: stackwright fmt shop.yaml" in checked.stderr
    assert spec.read_text("utf-8") == UNTIDY.replace(":   ", ": ")
    spec.write_text(TIDY, "utf-8")
    assert fmt("--check", "shop.yaml").exit_code == 0


def test_line_ends_and_marks_count(spec: Path) -> None:
    spec.write_bytes(b"\xef\xbb\xbf" + TIDY.replace("\n", "\r\n").encode("utf-8"))
    assert fmt("--check", "shop.yaml").exit_code == 1
    assert fmt("shop.yaml").exit_code == 0
    assert spec.read_bytes() == TIDY.encode("utf-8")


def test_faults_of_all_files_are_told_and_nothing_is_written(spec: Path) -> None:
    Path("bad.yaml").write_text("a: [1\n", "utf-8")
    told = fmt("shop.yaml", "bad.yaml", "none.yaml")
    assert told.exit_code == 1
    assert "bad.yaml:2:1: error[yaml-syntax]" in told.stderr and "none.yaml:1:1: error[missing-file]" in told.stderr
    assert spec.read_text("utf-8") == UNTIDY


def test_a_link_stays_a_link(spec: Path) -> None:
    Path("link.yaml").symlink_to("shop.yaml")
    assert fmt("link.yaml").exit_code == 0
    assert Path("link.yaml").is_symlink() and spec.read_text("utf-8") == TIDY


def test_json(spec: Path) -> None:
    assert json.loads(fmt("--format", "json", "shop.yaml").stdout) == {"diagnostics": [], "changed": ["shop.yaml"]}


def test_a_full_disk_leaves_the_file_as_it_was(spec: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: Path, _target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    told = fmt("shop.yaml")
    assert told.exit_code == 1
    assert "shop.yaml:1:1: error[unwritable-output]: the file can't be written: No space left on device" in told.stderr
    assert [one.name for one in Path().iterdir()] == ["shop.yaml"] and spec.read_text("utf-8") == UNTIDY


@pytest.mark.parametrize(
    ("line", "place", "text"),
    [
        ("dev: {}\t# here", "3:10", "a tab can't be used between values and comments"),
        ("dev: {posture: !!str : development}", "3:", "error["),
        ("? \n    dev\n  : {}", "", "error["),
    ],
)
def test_what_only_the_layout_can_not_read_is_told(spec: Path, line: str, place: str, text: str) -> None:
    before = f"platform: shop\nenvironments:\n  {line}\n"
    spec.write_text(before, "utf-8")
    told = fmt("shop.yaml")
    assert (told.exit_code, spec.read_text("utf-8")) == (1, before)
    assert f"shop.yaml:{place}" in told.stderr and text in told.stderr
