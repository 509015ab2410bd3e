"""`--format` and `--output` of the commands, colours and widths."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from cli import main

ROOT = Path(__file__).parents[2]
HEAD = "platform: demo\nenvironments:\n  dev: {posture: development}\n"
GOOD = HEAD + "queues:\n  jobs: {}\n"
BAD = HEAD + "queues:\n  jobs: {retention_days: 99}\n"
FINDING = HEAD + "queues:\n  jobs: {properties: {DelaySeconds: soon}}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name, text in (("good", GOOD), ("bad", BAD), ("finding", FINDING)):
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


@pytest.mark.parametrize("command", ["validate", "compile", "lint"])
def test_an_error_is_told_in_the_format(folder: Path, command: str) -> None:
    ran = run(command, "bad.yaml", "--format", "sarif")
    assert (ran.exit_code, ran.stderr) == (1, "")
    (result,) = json.loads(ran.stdout)["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("out-of-range", "error")
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "bad.yaml"
    assert run(command, "bad.yaml", "--format", "github").stdout.startswith("::error file=bad.yaml,line=5,")


def test_what_is_good_is_told_in_the_format(folder: Path) -> None:
    assert json.loads(run("validate", "good.yaml", "--format", "gitlab").stdout) == []
    suites = ElementTree.fromstring(run("compile", "good.yaml", "--format", "junit").stdout)
    assert (suites.attrib["tests"], suites.attrib["failures"]) == ("1", "0")


def test_the_file_takes_the_format_and_the_terminal_the_text(folder: Path) -> None:
    ran = run("lint", "finding.yaml", "--format", "junit", "--output", "report.xml")
    assert ran.exit_code == 1
    assert ran.stdout.startswith("finding.yaml:5:23: error[E3012]: queues.jobs: properties.DelaySeconds: 'soon'")
    (case,) = ElementTree.fromstring((folder / "report.xml").read_text()).iter("testcase")
    assert case.attrib["classname"] == "queues.jobs"


@pytest.mark.parametrize(("form", "start"), [("json", "{"), ("sarif", "{"), ("gitlab", "["), ("github", "::error")])
def test_a_file_is_written_for_an_error_too(folder: Path, form: str, start: str) -> None:
    ran = run("validate", "bad.yaml", "--format", form, "--output", "report")
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith("bad.yaml:5:26: error[out-of-range]")
    assert (folder / "report").read_text().startswith(start)


def test_a_file_of_text_has_what_the_terminal_shows_without_colours(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    ran = run("validate", "bad.yaml", "--output", "report.txt")
    assert "\x1b[31m" in ran.stderr
    text = (folder / "report.txt").read_text()
    assert text.startswith("bad.yaml:5:26: error[out-of-range]: queues.jobs") and "\x1b" not in text
    assert text.endswith("\n1 error\n")


@pytest.mark.parametrize("spec", ["good.yaml", "bad.yaml"])
def test_a_file_that_can_not_be_written_is_an_error(folder: Path, spec: str) -> None:
    ran = run("validate", spec, "--format", "sarif", "--output", "missing/report.sarif")
    assert ran.exit_code == 1
    assert "missing/report.sarif:1:1: error[unwritable-output]: the report can't be written: No such file" in ran.stderr


@pytest.mark.parametrize("output", ["good.yaml", "./good.yaml", "link.yaml"])
@pytest.mark.parametrize(
    "words",
    [
        "validate --output",
        "lint --output",
        "graph --env dev --output",
        "runbook --env dev --out",
        "plan --env dev --out",
    ],
)
def test_the_spec_is_never_overwritten(folder: Path, words: str, output: str) -> None:
    (folder / "link.yaml").symlink_to("good.yaml")
    command, *options = words.split()
    told = run(command, *options, output, "good.yaml")
    assert told.exit_code == 2 and f"'{output}' is the spec, which would be overwritten" in told.stderr
    assert (folder / "good.yaml").read_text() == GOOD


def test_files_that_differ_are_diagnostics_of_a_ci_system(folder: Path) -> None:
    ran = run("compile", "good.yaml", "--check", "--format", "gitlab")
    assert ran.exit_code == 1
    rows = json.loads(ran.stdout)
    assert {row["check_name"] for row in rows} == {"output-differs"}
    assert "templates_out/demo/dev/manifest.json is missing (run: stackwright compile good.yaml)" in [
        row["description"] for row in rows
    ]


def test_a_format_is_loaded_when_it_is_asked_for(folder: Path) -> None:
    program = (
        "import sys; from cli import main\n"
        "try: main(['validate', 'good.yaml', *sys.argv[1:]])\n"
        "except SystemExit as stop: assert stop.code == 0\n"
        "print(*sorted({'cfnlint', 'jsonschema', 'xml.etree', 'linter.formats.sarif'} & set(sys.modules)))"
    )

    def loaded(*options: str) -> str:
        command = [sys.executable, "-c", program, *options]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
        return ran.stdout.splitlines()[-1]

    assert loaded() == ""
    assert loaded("--format", "sarif") == "linter.formats.sarif"


def on_terminal(folder: Path, *arguments: str, **environment: str) -> str:
    """What a command shows on a terminal of 200 columns, or as many as COLUMNS says."""
    master, slave = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
    command = [sys.executable, str(ROOT / "cli.py"), *arguments]
    every = {**kept, "TERM": "xterm", "COLUMNS": "200", **environment}
    with subprocess.Popen(command, cwd=folder, env=every, stdout=slave, stderr=slave) as process:
        process.wait()
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # the other end is closed and all is read
            break
        if not part:
            break
        shown += part
    os.close(master)
    return shown.decode().replace("\r\n", "\n")


def test_a_terminal_has_colours_and_lines_that_fit(folder: Path) -> None:
    wide = on_terminal(folder, "validate", "bad.yaml")
    assert "\x1b[31m\x1b[1merror\x1b[0m[" in wide
    narrow = on_terminal(folder, "validate", "bad.yaml", COLUMNS="50", NO_COLOR="1")
    first, second, *_ = narrow.splitlines()
    assert first.startswith("bad.yaml:5:26: error[out-of-range]:") and second.startswith("    ")
    assert max(map(len, narrow.splitlines())) <= 50
    assert "\x1b" not in narrow and "\x1b" not in on_terminal(folder, "validate", "bad.yaml", TERM="dumb")


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "0"}, False),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"CI": "true", "GITHUB_ACTIONS": "true"}, False),
    ],
)
def test_a_pipe_and_a_log_have_whole_lines_and_colours_only_when_asked(
    folder: Path, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool
) -> None:
    for name, value in {**environment, "COLUMNS": "40"}.items():
        monkeypatch.setenv(name, value)
    ran = run("validate", "bad.yaml")
    assert ("\x1b[" in ran.stderr) is coloured
    assert ran.stderr.splitlines()[0].endswith("not 99")
