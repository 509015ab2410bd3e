"""`stackwright init`: what it writes is a sound beginning, and nothing that was there is touched."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from deployer.commands.init import _TEMPLATES
from deployer.starter.starter import TEMPLATES, usual_name

ROOT = Path(__file__).parent.parent
FILES = {"spec/shop.yaml", "platform.schema.json", ".gitignore", ".github/workflows/shop.yml"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    there = tmp_path / "shop"
    there.mkdir()
    monkeypatch.chdir(there)
    return there


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments], catch_exceptions=False)


def init(*arguments: str) -> Result:
    return run("init", *arguments)


def written() -> dict[str, str]:
    paths = [path for path in Path().rglob("*") if path.is_file() or path.is_symlink()]
    return {path.as_posix(): path.read_text("utf-8") if path.exists() else "" for path in paths}


def test_the_templates_are_the_files_of_their_folder() -> None:
    assert sorted(_TEMPLATES) == sorted(TEMPLATES)


@pytest.mark.slow
@pytest.mark.parametrize("ci", ["github", "gitlab"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_what_it_writes_passes_its_own_workflow(template: str, ci: str) -> None:
    region = {"github": "us-east-1", "gitlab": "eu-central-1"}[ci]
    assert init("--template", template, "--region", region, "--ci", ci).exit_code == 0
    for words in (
        ["fmt", "--check", "spec/shop.yaml"],
        ["validate", "spec/shop.yaml", "--strict"],
        ["compile", "spec/shop.yaml"],
        ["compile", "spec/shop.yaml", "--check"],
        ["ci", ci, "spec/shop.yaml", "--check"],
        ["lint", "spec/shop.yaml", "--strict"],
    ):
        told = run(*words)
        assert told.exit_code == 0, told.output
    assert told.output == "no findings\n"


@pytest.mark.parametrize("template", TEMPLATES)
def test_it_writes_these_files_and_says_so(template: str) -> None:
    told = init("--template", template)
    code = {"functions/api/app.py"} if template == "serverless-api" else set()
    assert written().keys() == FILES | code
    assert {line.split(":")[0] for line in told.stdout.splitlines()[:-1]} == FILES | code
    assert told.stdout.splitlines()[-1] == "next: stackwright compile spec/shop.yaml, then commit all of it"
    assert run("validate", "spec/shop.yaml").output == "spec/shop.yaml: valid in dev, prod\n"


def test_the_first_line_names_the_schema_that_was_written_too() -> None:
    init("--template", "worker", "--name", "other", "--region", "eu-west-1", "--ci", "none")
    first, _, third, fourth, *_ = Path("spec/other.yaml").read_text("utf-8").splitlines()
    (named,) = re.findall(r"^# yaml-language-server: \$schema=(.*)$", first)
    assert Path("spec", named).read_text("utf-8") == run("schema").output
    assert (third, fourth) == ("platform: other", "region: eu-west-1")
    assert not Path(".github").exists()


def test_files_that_commands_leave_behind_are_ignored() -> None:
    assert init("--template", "web", "--ci", "none").exit_code == 0
    subprocess.run(["git", "init", "--quiet"], check=True)
    for name in (".stackwright/cache/x", "functions/api/__pycache__/app.pyc", "prod.plan"):
        assert subprocess.run(["git", "check-ignore", "--quiet", name], check=False).returncode == 0


def test_the_function_answers_requests() -> None:
    init("--template", "serverless-api")
    program = "import app; print(app.handler({'rawPath': '/a'}, None)['body'])"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd="functions/api", capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout) == {"path": "/a"}


def test_all_files_in_the_way_are_told_and_nothing_is_written() -> None:
    Path("spec").mkdir()
    Path("spec/shop.yaml").write_text("mine\n", encoding="utf-8")
    Path(".gitignore").write_text("mine\n", encoding="utf-8")
    Path(".github").write_text("mine\n", encoding="utf-8")
    Path("platform.schema.json").symlink_to("nowhere")
    before = written()
    told = init("--template", "web")
    assert told.exit_code == 1 and told.stdout == ""
    assert re.findall(r"^(\S+):1:1: error\[file-in-the-way\]", told.stderr, re.MULTILINE) == [
        ".github",
        ".gitignore",
        "platform.schema.json",
        "spec/shop.yaml",
    ]
    assert "add to it the lines .stackwright/ __pycache__/ *.plan" in told.stderr
    assert written() == before


def test_what_is_there_already_is_not_in_the_way() -> None:
    Path(".gitignore").write_text("*.plan\nmine\n.stackwright/\n__pycache__/", encoding="utf-8")
    assert init("--template", "web").exit_code == 0
    assert Path(".gitignore").read_text("utf-8").startswith("*.plan\nmine\n")
    assert init("--template", "web").stdout == "nothing to write\n"
    assert init("--template", "web", "--name", "other").exit_code == 0


@pytest.mark.parametrize("at", [0, 2, 3])
def test_a_full_disk_leaves_nothing_behind(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Path] = []
    real = Path.replace

    def full(path: Path, target: Path) -> Path:
        calls.append(path)
        if len(calls) > at:
            raise OSError(28, "No space left on device", str(path))
        return real(path, target)

    monkeypatch.setattr(Path, "replace", full)
    told = init("--template", "web")
    assert told.exit_code == 1 and "error[unwritable-output]" in told.stderr
    assert list(Path().rglob("*")) == []


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--name=Shop", "'--name'"),
        ("--name=a: b", "'--name'"),
        ("--region=eu-centrl-1", "did you mean 'eu-central-1'?"),
        ("--region=x]", "'--region'"),
        ("--template=site", "'static-site'"),
        ("--ci=jenkins", "'gitlab'"),
    ],
)
def test_an_answer_that_no_spec_can_have_is_refused(option: str, text: str) -> None:
    told = init("--template=web", option)
    assert told.exit_code == 2
    assert text in " ".join(told.stderr.split()) or text.strip("'") in told.stderr
    assert written() == {}


def test_without_anybody_to_ask_the_template_has_to_be_given() -> None:
    told = init()
    assert told.exit_code == 2
    assert "give --template, one of web, worker, static-site, serverless-api" in told.stderr
    assert written() == {}


def test_json() -> None:
    assert set(json.loads(init("--template", "web", "--format", "json").stdout)["files"]) == FILES


def test_below_the_root_of_a_repository_there_is_no_workflow_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".git").mkdir()
    Path("below").mkdir()
    monkeypatch.chdir("below")
    assert "error[not-at-root]" in init("--template", "web").stderr
    assert init("--template", "web", "--ci", "none").exit_code == 0


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Shop", "shop"), ("my_shop 2", "my-shop-2"), ("2shops", "shops"), ("日本", "platform"), ("a" * 60, "a" * 40)],
)
def test_the_usual_name_is_that_of_the_folder(name: str, expected: str) -> None:
    assert usual_name(Path("/x", name)) == expected


def test_a_person_is_asked_four_questions_and_again_after_a_wrong_answer() -> None:
    shown, status = typed(["init"], ["static-site", "Wrong", "site", "", "gitlab"])
    assert status == 0, shown
    asked = [
        "What is the platform?",
        "What is it called?",
        "In which AWS region?",
        "Which system checks and deploys it?",
    ]
    places = [shown.index(question) for question in asked]
    assert places == sorted(places)
    assert "expected lower-case words joined by hyphens" in shown
    assert shown.count("What is it called?") == 2 and "[shop]" in shown and "[us-east-1]" in shown
    assert written().keys() == {"spec/site.yaml", "platform.schema.json", ".gitignore", ".gitlab-ci.yml"}


def test_a_person_who_leaves_has_nothing_written() -> None:
    shown, status = typed(["init"], ["web", "\x04"])
    assert status == 1, shown
    assert "Traceback" not in shown and written() == {}


def typed(arguments: list[str], answers: list[str]) -> tuple[str, int]:
    """Run the command in a terminal, and type an answer after each question."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"}
    command = [sys.executable, "-m", "cli", *arguments]
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    ) as process:
        os.close(theirs)
        shown = ""
        for answer in [*answers, None]:
            shown += _until(ours, "]: " if answer is not None else "")
            if answer is not None:
                os.write(ours, f"{answer}\n".encode())
        os.close(ours)
        return shown, process.wait(timeout=60)


def _until(terminal: int, end: str) -> str:
    """What is shown until a question, or until the command ends."""
    shown, deadline = "", time.monotonic() + 60
    while time.monotonic() < deadline and not (end and shown.rstrip("\r\n").endswith(end)):
        try:
            shown += os.read(terminal, 4096).decode("utf-8", "replace")
        except OSError:
            break
    return shown


@pytest.mark.parametrize("answer", ["x #y", '"shop"', "shop ", "&a shop", "!!str shop", "", "x\ny", "x: {y}"])
@pytest.mark.parametrize("option", ["name", "region"])
def test_an_answer_is_taken_word_for_word(option: str, answer: str) -> None:
    what = {"name": "lower-case words joined by hyphens", "region": "a region such as us-east-1"}[option]
    told = init("--template", "worker", f"--{option}", answer)
    assert (told.exit_code, written()) == (2, {})
    assert f"Invalid value for --{option}" in told.stderr and what in told.stderr
