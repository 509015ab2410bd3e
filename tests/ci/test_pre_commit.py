"""The hooks, run by pre-commit itself: it clones, makes an environment, installs, and runs them on commits.

Nothing is downloaded: pip may ask no index, and what the package requires is lent from the environment of the tests.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
PACKED = ("cli.py", "compiler", "deployer", "docs/errors.md", "linter", "reviewer", "schema")
BESIDE = (".gitignore", ".pre-commit-hooks.yaml", "LICENSE", "README.md", "pyproject.toml")
SPEC = """\
platform: shop
environments:
  dev: {posture: development}
queues:
  jobs: {dead_letter: {after: 3}}
"""
HOOKS = ("stackwright-validate", "stackwright-fmt", "stackwright-compile-check", "stackwright-lint")

Run = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.slow


def git(folder: Path, *arguments: str) -> str:
    who = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    ran = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    lent = dict.fromkeys(sysconfig.get_path(kind) for kind in ("purelib", "platlib"))
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path_factory.mktemp("home")),
        "PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit")),
        "PRE_COMMIT_COLOR": "never",
        "PYTHONPATH": os.pathsep.join(lent),
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # as pip has it, this is what leaves the isolation out
        "PIP_NO_DEPS": "1",
        "LC_ALL": "C.UTF-8",
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with what this checkout would commit."""
    folder = tmp_path_factory.mktemp("project")
    listed = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *PACKED, *BESIDE)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message=all")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The repository of a platform."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec" / "shop.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / ".gitignore").write_text(".stackwright/\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def run(folder: Path, project: Path, environment: Mapping[str, str]) -> Run:
    hooks = [{"id": name} for name in HOOKS]
    repos = [{"repo": str(project), "rev": git(project, "rev-parse", "HEAD"), "hooks": hooks}]
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": repos}), encoding="utf-8")

    def pre_commit(*arguments: str) -> subprocess.CompletedProcess[str]:
        git(folder, "add", "--all")
        command = [sys.executable, "-m", "pre_commit", "run", *arguments]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=500, check=False
        )

    return pre_commit


def compiled(folder: Path) -> None:
    command = [sys.executable, "-m", "cli", "compile", "spec/shop.yaml"]
    subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True, capture_output=True)


def verdicts(ran: subprocess.CompletedProcess[str]) -> list[str]:
    return [line.rsplit(".", 1)[1] for line in ran.stdout.splitlines() if line.startswith("Stackwright, ")]


def test_a_clean_platform_passes_each_hook(folder: Path, run: Run) -> None:
    compiled(folder)
    ran = run("--all-files", "--verbose")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert verdicts(ran) == ["Passed"] * len(HOOKS)
    git(folder, "commit", "--quiet", "--message=all")
    assert verdicts(run()) == ["(no files to check)Skipped"] * len(HOOKS)


def test_each_hook_finds_what_it_is_for(folder: Path, run: Run) -> None:
    compiled(folder)
    (folder / "spec" / "second.yaml").write_text(SPEC.replace("jobs:", "jobs: {such: 1}\n  more: "), encoding="utf-8")
    ran = run("stackwright-validate", "--all-files")
    assert ran.returncode == 1 and "spec/second.yaml:5:10: error[unknown-property]" in ran.stdout
    (folder / "spec" / "second.yaml").unlink()

    (folder / "spec" / "shop.yaml").write_text(SPEC.replace("  dev: {", "    dev:   {"), encoding="utf-8")
    ran = run("stackwright-fmt")
    assert ran.returncode == 1 and "files were modified by this hook" in ran.stdout
    assert (folder / "spec" / "shop.yaml").read_text("utf-8") == SPEC

    (template,) = (folder / "templates_out").rglob("messaging.template.json")
    template.write_text(template.read_text("utf-8").replace("AWS::SQS::Queue", "AWS::SNS::Topic"), encoding="utf-8")
    ran = run("stackwright-compile-check", "--files", str(template.relative_to(folder)))
    assert ran.returncode == 1 and "run: stackwright compile spec/shop.yaml" in ran.stdout

    wrong = SPEC.replace("{after: 3}", "{after: 3}, properties: {DelaySeconds: soon}")
    (folder / "spec" / "shop.yaml").write_text(wrong, encoding="utf-8")
    ran = run("stackwright-lint")
    assert ran.returncode == 1 and re.search(r"^spec/shop.yaml:5:\d+: error\[E3012\]", ran.stdout, re.MULTILINE)
