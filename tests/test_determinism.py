"""Same input, same bytes: whatever the hash seed, the folder and the process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def compile_with(seed: str, folder: Path, out: Path) -> dict[str, bytes]:
    """Compile a copy of the reference platform from `folder` in a process of its own."""
    shutil.copytree(ROOT / "spec", folder / "spec")
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "TZ": f"Etc/GMT-{seed}"}
    command = [sys.executable, str(ROOT / "cli.py"), "compile", "spec/rayman-portfolio.yaml", "--out", str(out)]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*.json")}


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    first = compile_with("1", tmp_path / "one", tmp_path / "out-one")
    second = compile_with("2", tmp_path / "two", tmp_path / "elsewhere" / "out")
    assert first == second
    assert len(first) > 10
    committed = {
        path.relative_to(ROOT / "templates_out").as_posix(): path for path in (ROOT / "templates_out").rglob("*.json")
    }
    for name, text in first.items():
        assert committed[name].read_bytes() == text, name


def test_no_path_of_the_machine_is_in_the_output(tmp_path: Path) -> None:
    files = compile_with("3", tmp_path / "one", tmp_path / "out")
    for name, text in files.items():
        assert str(tmp_path).encode() not in text, name
        assert str(ROOT).encode() not in text, name
