"""What a shell offers while somebody types a command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from cli import main

SPEC = """\
platform: shop
environments: {dev: {posture: development}, prod: {posture: production}, preview: {posture: development}}
queues: {jobs: {}, mails: {}}
buckets: {media: {}}
tags: {owner: web}
"""


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(SPEC, "utf-8")
    return Path("shop.yaml")


def offered(*words: str) -> list[str]:
    """What is offered for the last of the words."""
    shell = ShellComplete(main, {}, "stackwright", "_STACKWRIGHT_COMPLETE")
    return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]


def test_components_of_groups_and_each_are_offered(spec: Path) -> None:
    spec.write_text(f"{SPEC}groups: {{t: {{each: {{t: [a, b]}}, tables: {{'orders-{{t}}': {{key: id}}}}}}}}\n", "utf-8")
    assert offered("explain", "shop.yaml", "tables.") == ["tables.orders-a", "tables.orders-b"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("lint", "shop.yaml", "--policy", "c"), ["checkov", "cfn-guard"]),
        (("validate", "shop.yaml", "--env", ""), ["dev", "prod", "preview"]),
        (("plan", "shop.yaml", "--env", "p"), ["prod", "preview"]),
        (("deploy", "shop.yaml", "--approve", ""), ["queues.jobs", "queues.mails", "buckets.media"]),
        (("destroy", "shop.yaml", "--empty", "b"), ["buckets.media"]),
        (("recover", "shop.yaml", "--skip", "queues.m"), ["queues.mails"]),
        (("place", "shop.yaml", "--again", "queues.j"), ["queues.jobs"]),
        (("explain", "shop.yaml", "queues.j"), ["queues.jobs"]),
        (("explain", "shop.yaml", "queues.jobs", "--env", "d"), ["dev"]),
        (("explain", "que"), ["queues", "que"]),
        (("val",), ["validate"]),
        (("lint", "--format", "s"), ["sarif"]),
        (("validate", "none.yaml", "--env", ""), []),
        (("validate", "--env", ""), []),
    ],
)
def test_offers(spec: Path, words: tuple[str, ...], expected: list[str]) -> None:
    assert offered(*words) == expected


@pytest.mark.parametrize("text", ["", "- a", "environments: []", "environments: {dev: ", "queues: 3"])
def test_a_faulty_spec_offers_nothing(spec: Path, text: str) -> None:
    spec.write_text(text, "utf-8")
    assert offered("deploy", "shop.yaml", "--env", "") == offered("deploy", "shop.yaml", "--approve", "") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_calls_the_command(shell: str) -> None:
    printed = CliRunner().invoke(main, ["completion", shell])
    assert printed.exit_code == 0
    assert f"_STACKWRIGHT_COMPLETE={shell}_complete" in printed.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_with_the_script(spec: Path) -> None:
    script = subprocess.run(
        [sys.executable, "-m", "cli", "completion", "bash"], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    ).stdout  # fmt: skip
    typed = "COMP_WORDS=(stackwright plan shop.yaml --env pr); COMP_CWORD=4; _stackwright_completion stackwright"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", f"{script}\n{typed}\necho ${{COMPREPLY[@]}}"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PATH": path},
    )
    assert ran.stdout.split() == ["prod", "preview"]
