"""`--quiet`: nothing but what a command fails at."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main

SPEC = """\
platform: shop
environments: {dev: {posture: development}}
services: {web: {image: example.com/web, port: 8080}}
"""


@pytest.fixture(autouse=True)
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(SPEC, "utf-8")
    return Path("shop.yaml")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "shop.yaml"])


@pytest.mark.parametrize("command", [("validate",), ("compile",), ("fmt",)])
def test_success_prints_nothing(command: tuple[str, ...]) -> None:
    loud, quiet = run(*command), run(*command, "--quiet")
    assert loud.exit_code == quiet.exit_code == 0
    assert loud.output and quiet.output == ""


def test_warnings_are_told_only_where_they_fail() -> None:
    assert "warning[image-tag]" in run("validate").stderr
    strict = run("validate", "-q", "--strict")
    assert strict.exit_code == 1 and "warning[image-tag]" in strict.stderr


def test_errors_are_told(spec: Path) -> None:
    spec.write_text(SPEC.replace("port", "prot"), "utf-8")
    told = run("validate", "-q")
    assert told.exit_code == 1 and "shop.yaml:3:42: error[unknown-property]" in told.stderr


def test_differences_are_told() -> None:
    assert run("compile", "-q").exit_code == 0
    assert run("compile", "-q", "--check").output == ""
    Path("templates_out/shop/dev/manifest.json").unlink()
    told = run("compile", "-q", "--check")
    assert told.exit_code == 1 and "is missing" in told.output


def test_the_report_for_machines_is_whole() -> None:
    told = run("validate", "-q", "--format", "json")
    assert "image-tag" in told.stdout
