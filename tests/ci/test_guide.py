"""What docs/ci.md and the README show of workflows, the action, the hooks and `init` is so."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from cli import main
from compiler.source.json_value import Json
from deployer.commands.init import _TEMPLATES

ROOT = Path(__file__).parent.parent.parent
GUIDE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")


def chapter(title: str) -> str:
    return GUIDE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def shown(title: str) -> Json:
    (block,) = re.findall(r"```yaml\n(.*?)```", chapter(title), re.DOTALL)
    return yaml.safe_load(block)


def first_cells(title: str) -> set[str]:
    return set(re.findall(r"^\| `([^`]+)` \|", chapter(title), re.MULTILINE))


def check_schema(name: str, value: Json, folder: Path) -> None:
    file = folder / "shown.yml"
    file.write_text(yaml.safe_dump(value), encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", name, str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_workflow_with_the_action_is_one(tmp_path: Path) -> None:
    workflow = shown("The action")
    workflow["on"] = workflow.pop(True)  # YAML 1.1 reads the key as a value
    check_schema("vendor.github-workflows", workflow, tmp_path)
    inputs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    (step,) = (one for one in workflow["jobs"]["check"]["steps"] if "stackwright" in one["uses"])
    assert step["with"].keys() <= inputs.keys()
    assert first_cells("The action") == inputs.keys()
    assert all((ROOT / spec).is_file() for spec in step["with"]["spec"].split())


def test_the_hooks_are_those_of_the_project() -> None:
    hooks = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
    assert {hook["id"] for hook in shown("Before a commit")["repos"][0]["hooks"]} == hooks
    assert first_cells("Before a commit") == hooks


def test_the_variables_are_those_of_the_workflows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec").mkdir()
    spec = Path("spec/rayman-portfolio.yaml")
    spec.write_bytes((ROOT / spec).read_bytes())
    for title, system in (("GitHub Actions", "github"), ("GitLab CI", "gitlab")):
        (first, *_) = re.findall(r"^stackwright (ci .*)$", chapter(title), re.MULTILINE)
        assert CliRunner().invoke(main, shlex.split(first)).exit_code == 0
        (file,) = (path for path in Path().rglob("*.yml") if f"ci {system}" in path.read_text("utf-8"))
        used = set(re.findall(r"(?:vars\.|\$)([A-Z]+_ROLE_ARN|GITLAB_TOKEN)", file.read_text("utf-8")))
        told = set(re.findall(r"`([A-Z_]+)`", chapter(title)))
        assert used and used <= told


def test_the_beginning_in_the_readme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```console\n(stackwright init .*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for line in block.splitlines():
        told = CliRunner().invoke(main, shlex.split(line)[1:], catch_exceptions=False)
        assert told.exit_code == 0, told.output
    (listed,) = re.findall(r"Templates are (.*?);", text)
    listed = listed.replace(" and", ",")
    assert [name.strip("` ") for name in listed.split(",")] == list(_TEMPLATES)
