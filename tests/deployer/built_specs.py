"""A spec whose image is built, and what it is built from."""

from __future__ import annotations

from pathlib import Path

from compiler.pipeline import compile_spec
from compiler.stacks.compiled import Compiled

SPEC = """
platform: %s
environments: {dev: {posture: development}}
jobs:
  nightly: {image: {build: ./web, args: {NODE: "22", A: "b c"}, target: prod}, architecture: arm64}
"""


def write_context(folder: Path) -> Path:
    """A build context with what is left out of one."""
    (folder / "src").mkdir(parents=True)
    (folder / "node_modules").mkdir()
    for name in ("Dockerfile", "src/app.py", "node_modules/a.js", "notes.md"):
        (folder / name).write_text(f"content of {name}\n", encoding="utf-8")
    (folder / "start.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "start.sh").chmod(0o755)
    (folder / "latest").symlink_to("src/app.py")
    (folder / ".dockerignore").write_text("# comment\nnode_modules\n*.md\nDockerfile\n", encoding="utf-8")
    return folder


def compiled(folder: Path, name: str, text: str = SPEC) -> Compiled:
    file = folder / f"{name}.yaml"
    file.write_text(text.replace("%s", name), encoding="utf-8")
    return compile_spec(str(file))[0]
