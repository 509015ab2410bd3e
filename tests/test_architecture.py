"""Imports point one way, slow packages stay where they belong, and no module is named for nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("compiler", "linter", "reviewer", "deployer")
ALLOWED = {
    "compiler": {"compiler"},
    "linter": {"linter", "compiler"},
    "reviewer": {"reviewer", "compiler"},
    "deployer": {"deployer", "reviewer", "compiler"},
}
OWNER = {
    "boto3": {"deployer"},
    "botocore": {"deployer"},
    "ministack": {"deployer"},
    "cfnlint": {"linter"},
    "rich": {"reviewer", "linter", "deployer"},
    "click": {"cli"},
    "troposphere": {"compiler"},
    "awacs": {"compiler"},
    "jsonschema": {"compiler"},
}
NAMELESS = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}


def modules() -> Iterator[tuple[str, Path]]:
    yield "cli", ROOT / "cli.py"
    for room in ROOMS:
        yield from ((room, path) for path in sorted((ROOT / room).rglob("*.py")))


def imported(path: Path) -> set[str]:
    """Top-level packages that a module imports anywhere, for type checking too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_one_way(room: str) -> None:
    for path in sorted((ROOT / room).rglob("*.py")):
        rooms = imported(path) & {*ROOMS, "cli", "tests", "benchmarks"}
        assert rooms <= ALLOWED[room], path


@pytest.mark.parametrize(
    ("room", "path"), [pytest.param(room, path, id=str(path.relative_to(ROOT))) for room, path in modules()]
)
def test_packages_are_used_where_they_belong(room: str, path: Path) -> None:
    for package in imported(path) & OWNER.keys():
        assert room in OWNER[package], package
    assert path.stem not in NAMELESS


def test_checks_and_the_modules_of_validate_load_no_troposphere(tmp_path: Path) -> None:
    slow = {"troposphere", "awacs", "jsonschema", "boto3", "botocore", "cfnlint", "rich", "ministack"}
    spec = ROOT / "spec" / "rayman-portfolio.yaml"
    program = (
        "import sys; from cli import main\n"
        f"try: main(['validate', {str(spec)!r}])\n"
        f"except SystemExit as stop: assert stop.code == 0\n"
        f"print(*sorted({slow!r} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == ""


def test_compile_loads_neither_boto3_nor_cfn_lint_nor_rich(tmp_path: Path) -> None:
    spec = ROOT / "spec" / "rayman-portfolio.yaml"
    program = (
        "import sys; from cli import main\n"
        f"try: main(['compile', {str(spec)!r}, '--out', {str(tmp_path)!r}])\n"
        "except SystemExit as stop: assert stop.code == 0\n"
        "print(*sorted({'boto3', 'botocore', 'cfnlint', 'rich', 'ministack', 'jsonschema'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == ""


def test_schema_folder_holds_no_python() -> None:
    assert list((ROOT / "schema").rglob("*.py")) == []
