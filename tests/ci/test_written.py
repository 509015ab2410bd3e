"""`stackwright ci`: what it writes holds to the systems' schemas, and it never overwrites the work of people."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner, Result

from cli import main
from deployer.ci.quoting import github, gitlab
from deployer.ci.systems import SYSTEMS

ROOT = Path(__file__).parent.parent.parent
PLATFORMS = sorted((ROOT / "spec").glob("*.yaml"))
SPEC = """\
platform: shop
environments: {dev: {posture: development}, prod: {posture: production, region: eu-west-1}}
queues: {jobs: {dead_letter: {after: 3}}}
"""
FILES = {"github": ".github/workflows/shop.yml", "gitlab": ".gitlab-ci.yml"}
SCHEMAS = {
    "github": ["vendor.github-workflows"],
    "gitlab": ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"],
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("spec").mkdir()
    Path("spec/shop.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def ci(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["ci", *arguments], catch_exceptions=False)


def check_schema(builtin: list[str], *files: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *builtin, *files]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("system", FILES)
def test_workflows_of_every_platform_hold_to_the_schema(system: str) -> None:
    for spec in PLATFORMS:
        Path("spec", spec.name).write_bytes(spec.read_bytes())
        assert ci(system, f"spec/{spec.name}", "--out", f"{spec.stem}.yml").exit_code == 0
    check_schema(SCHEMAS[system], *(f"{spec.stem}.yml" for spec in PLATFORMS))


def test_a_workflow_with_a_mistake_does_not_hold_to_the_schema() -> None:
    ci("github", "spec/shop.yaml")
    text = Path(FILES["github"]).read_text("utf-8")
    Path("bad.yml").write_text(text.replace("runs-on:", "runs_on:"), encoding="utf-8")
    with pytest.raises(AssertionError):
        check_schema(SCHEMAS["github"], "bad.yml")


@pytest.mark.parametrize("system", FILES)
def test_the_same_spec_gives_the_same_file_and_check_says_so(system: str) -> None:
    file = Path(FILES[system])
    assert ci(system, "spec/shop.yaml", "--check").exit_code == 1
    assert ci(system, "spec/shop.yaml").output == f"{file}: written\n"
    written = file.read_bytes()
    assert ci(system, "spec/shop.yaml").output == f"{file}: nothing to change\n"
    assert file.read_bytes() == written
    assert ci(system, "./spec/../spec/shop.yaml", "--check").exit_code == 0
    file.write_bytes(written.replace(b"\n", b"\r\n"))
    assert ci(system, "spec/shop.yaml", "--check").exit_code == 0


@pytest.mark.parametrize("system", FILES)
def test_a_new_environment_is_out_of_step_and_written_again(system: str) -> None:
    ci(system, "spec/shop.yaml")
    Path("spec/shop.yaml").write_text(SPEC.replace("{dev:", "{qa: {posture: staging}, dev:"), encoding="utf-8")
    told = ci(system, "spec/shop.yaml", "--check")
    assert told.exit_code == 1 and "error[workflow-differs]" in told.stderr
    (command,) = re.findall(r"run: stackwright (.*)", told.stderr)
    assert CliRunner().invoke(main, command.split()).exit_code == 0
    assert "plan-qa" in Path(FILES[system]).read_text("utf-8")


def edited(text: str) -> str:
    return f"{text}# mine\n"


OTHERS = {
    "edited": (edited, "was changed by hand"),
    "somebody's": (lambda _: "name: mine\n", "was not written by this command"),
    "no text": (lambda _: "\udcff", "was not written by this command"),
    "of another spec": (lambda text: text.replace("spec/shop.yaml", "spec/other.yaml", 1), "is that of another spec"),
    "header edited": (lambda text: text.replace("spec/shop.yaml", "'spec", 1), "is that of another spec"),
}


@pytest.mark.parametrize("system", FILES)
@pytest.mark.parametrize("case", OTHERS)
def test_what_is_not_ours_is_overwritten_with_force_alone(system: str, case: str) -> None:
    change, message = OTHERS[case]
    ci(system, "spec/shop.yaml")
    file = Path(FILES[system])
    ours = file.read_text("utf-8")
    file.write_text(change(ours), encoding="utf-8", errors="surrogateescape")
    theirs = file.read_bytes()
    told = ci(system, "spec/shop.yaml")
    assert told.exit_code == 1 and f"{file}:1:1: error[file-in-the-way]: the workflow {message}" in told.stderr
    assert file.read_bytes() == theirs
    assert "--force" in ci(system, "spec/shop.yaml", "--check").stderr
    assert ci(system, "spec/shop.yaml", "--force").exit_code == 0
    assert file.read_text("utf-8") == ours


def test_a_folder_or_a_link_in_place_of_the_file_is_told(folder: Path) -> None:
    Path(".gitlab-ci.yml").mkdir()
    told = ci("gitlab", "spec/shop.yaml")
    assert told.exit_code == 1 and "can't be read: Is a directory" in told.stderr
    Path("link.yml").symlink_to("nowhere")
    assert "can't be read" in ci("gitlab", "spec/shop.yaml", "--out", "link.yml").stderr


def test_options_are_in_the_command_that_writes_it_again() -> None:
    options = ["--env", "prod", "--branch", "release/1", "--install", "git+https://example.com/it?a=$b&c='d'"]
    assert ci("github", "spec/shop.yaml", *options).exit_code == 0
    written = yaml.safe_load(Path(FILES["github"]).read_text("utf-8"))
    assert written["env"]["STACKWRIGHT"] == options[-1]
    assert written["jobs"]["review"]["strategy"]["matrix"] == {"environment": ["prod"]}
    assert written[True]["push"] == {"branches": ["release/1"]}
    (check,) = (step["run"] for step in written["jobs"]["check"]["steps"] if "ci github" in step.get("run", ""))
    ran = subprocess.run(
        ["bash", "-c", check.replace("stackwright", f"{sys.executable} -m cli", 1)],
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("branch", ["", "-x", "a b", "a*", "a'b", "a${{b", "a\n"])
def test_a_branch_that_would_be_read_as_something_else_is_refused(branch: str) -> None:
    assert ci("github", "spec/shop.yaml", f"--branch={branch}").exit_code == 2


def test_it_runs_at_the_root_of_the_repository_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".git").mkdir()
    monkeypatch.chdir("spec")
    told = ci("github", "shop.yaml")
    assert told.exit_code == 1 and "error[not-at-root]" in told.stderr
    Path(".git").mkdir()
    assert "error[not-at-root]" in ci("github", "../spec/../../spec/shop.yaml").stderr


def test_each_system_is_a_choice_and_has_both_modules() -> None:
    command = main.get_command(click.Context(main), "ci")
    assert command is not None
    (system,) = (one.type for one in command.params if one.name == "system")
    assert isinstance(system, click.Choice) and [*system.choices] == [*SYSTEMS]
    assert [module.stem for module in sorted((ROOT / "deployer" / "ci").glob("on_*.py"))] == [
        f"on_{one}" for one in SYSTEMS
    ]


def test_json() -> None:
    told = json.loads(ci("github", "spec/shop.yaml", "--format", "json").stdout)
    assert told == {"diagnostics": [], "file": FILES["github"], "changed": True}


@pytest.fixture
def jobs() -> dict[str, dict[str, object]]:
    ci("github", "spec/shop.yaml")
    found: dict[str, dict[str, object]] = yaml.safe_load(Path(FILES["github"]).read_text("utf-8"))["jobs"]
    return found


def test_jobs_have_the_least_permissions(jobs: dict[str, dict[str, object]]) -> None:
    written = yaml.safe_load(Path(FILES["github"]).read_text("utf-8"))
    assert written["permissions"] == {"contents": "read"}
    assert {name: job.get("permissions", "of the workflow") for name, job in jobs.items()} == {
        "check": "of the workflow",
        "review": {"contents": "read", "pull-requests": "write"},
        "plan-dev": {"contents": "read", "id-token": "write"},
        "apply-dev": {"contents": "read", "id-token": "write"},
        "plan-prod": {"contents": "read", "id-token": "write"},
        "apply-prod": {"contents": "read", "id-token": "write"},
    }


def test_environments_are_deployed_one_after_the_other(jobs: dict[str, dict[str, object]]) -> None:
    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "check": None,
        "review": None,
        "plan-dev": ["check"],
        "apply-dev": "plan-dev",
        "plan-prod": ["plan-dev", "apply-dev"],
        "apply-prod": "plan-prod",
    }
    assert jobs["plan-dev"]["if"] == "github.event_name != 'pull_request' && github.ref_name == 'main'"
    assert (jobs["plan-prod"]["environment"], jobs["apply-prod"]["environment"]) == ("prod-plan", "prod")
    assert {str(jobs[f"{what}-prod"]["concurrency"]) for what in ("plan", "apply")} == {
        "{'group': 'shop-prod', 'cancel-in-progress': False}"
    }


def test_every_action_is_pinned(jobs: dict[str, dict[str, object]]) -> None:
    used = re.findall(r"uses: (\S+)", Path(FILES["github"]).read_text("utf-8"))
    assert used and all(re.fullmatch(r"(actions|aws-actions)/[\w-]+@v\d+", action) for action in used)


def test_words_are_no_values_of_yaml_and_no_expressions() -> None:
    Path("spec/shop.yaml").write_text(
        SPEC.replace("shop", '"true"').replace("dev:", '"on":').replace("prod:", "no-more:"), encoding="utf-8"
    )
    assert ci("github", "spec/shop.yaml", "--out", "w.yml").exit_code == 0
    assert ci("gitlab", "spec/shop.yaml", "--out", "l.yml").exit_code == 0
    written = yaml.safe_load(Path("w.yml").read_text("utf-8"))
    assert written["name"] == "true"
    assert (written["jobs"]["plan-on"]["env"], written["jobs"]["apply-on"]["environment"]) == (
        {"ENVIRONMENT": "on"},
        "on",
    )
    assert yaml.safe_load(Path("l.yml").read_text("utf-8"))["true-apply-on"]["environment"] == "on"
    check_schema(SCHEMAS["github"], "w.yml")
    assert github('a${{b}}"') == '"a${{ \'${{\' }}b}}\\""'
    assert gitlab("a$b") == '"a$$b"'
