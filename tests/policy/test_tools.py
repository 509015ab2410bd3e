"""How checkov and cfn-guard are called and read, and what is told when one is missing, broken or slow."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from compiler.source.diagnostics import SpecError
from compiler.source.json_value import Json
from linter.policy import checkov, guard
from linter.policy.process import ToolFailed, printed
from linter.policy.tools import CHECKOV_VARIABLE, GUARD_VARIABLE, RULES_VARIABLE, Policy, ready
from linter.policy.violation import Violation
from tests.policy import fake

NAMES = (CHECKOV_VARIABLE, GUARD_VARIABLE, RULES_VARIABLE)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with one template in `templates`; no tool of the machine is found."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "demo.json").write_text('{"Resources": {\n    "MediaBucket": {\n}}}', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("key", "inner"),
    [
        ("Properties/LoggingConfiguration", ("Properties", "LoggingConfiguration")),
        ("Properties/Policies/[0]/PolicyDocument", ("Properties", "Policies", "0", "PolicyDocument")),
        ("resource_type", ()),
    ],
)
def test_checkov_is_read(folder: Path, key: str, inner: tuple[str, ...]) -> None:
    tool = fake.checkov(folder / "checkov", [fake.check("CKV_AWS_18", "AWS::S3::Bucket.MediaBucket", key)])
    assert list(checkov.broken(folder / "templates", tool)) == [
        Violation("demo", "CKV_AWS_18", "MediaBucket", "Ensure CKV_AWS_18", inner)
    ]


@pytest.mark.parametrize(
    ("severity", "level"),
    [("CRITICAL", "error"), ("HIGH", "error"), ("MEDIUM", "warning"), ("LOW", "informational"), (None, "warning")],
)
def test_checkovs_severities_are_ours(folder: Path, severity: str | None, level: str) -> None:
    check = fake.check("CKV_AWS_18", "AWS::S3::Bucket.MediaBucket", severity=severity)
    (one,) = checkov.broken(folder / "templates", fake.checkov(folder / "checkov", [check]))
    assert one.level == level


def test_a_secret_of_checkov_is_told_by_its_line(folder: Path) -> None:
    secret = {**fake.check("CKV_SECRET_6", "0123456789abcdef"), "file_path": "/demo.json", "file_line_range": [7, 8]}
    answer = json.dumps({"results": {"failed_checks": [secret]}})
    tool = fake.program(folder / "checkov", f"print({answer!r})\n")
    (one,) = checkov.broken(folder / "templates", tool)
    assert (one.rule, one.logical_id, one.line) == ("CKV_SECRET_6", "", 7)


@pytest.mark.parametrize(
    ("name", "message", "missing", "expected"),
    [
        (
            "s3_logging_check",
            "\n  [CT.S3.PR.2]: Require\n  access logging\n  [FIX]: Set 'X'.\n",
            "LoggingConfiguration",
            ("CT.S3.PR.2", "Require access logging", "Set 'X'.", ("Properties", "LoggingConfiguration")),
        ),
        (
            "S3_BUCKET_LOGGING_ENABLED",
            "Violation: No log. Fix: Set it.",
            "a[*]",
            ("S3_BUCKET_LOGGING_ENABLED", "No log.", "Set it.", ("Properties",)),
        ),
        ("logging", "Buckets log", "", ("guard.logging", "Buckets log", "", ("Properties",))),
        ("own_rule", "", "", ("own_rule", "does not comply with own_rule", "", ("Properties",))),
    ],
)
def test_cfn_guard_is_read(folder: Path, name: str, message: str, missing: str, expected: tuple[Json, ...]) -> None:
    tool = fake.guard(folder / "cfn-guard", [fake.clause(name, message, "MediaBucket", missing)])
    (one,) = guard.broken(folder / "templates", tool, folder)
    assert (one.rule, one.message, one.advice, one.inner) == expected
    assert (one.template, one.logical_id, one.level) == ("demo", "MediaBucket", "warning")


def test_cfn_guard_is_given_the_rules(folder: Path) -> None:
    body = 'print(json.dumps([{"name": "demo.json", "not_compliant": []}]), end="")\n'
    told = f"Path({str(folder / 'told')!r}).write_text(json.dumps(arguments))\n"
    assert (
        list(guard.broken(folder / "templates", fake.program(folder / "cfn-guard", told + body), Path("rules"))) == []
    )
    arguments = json.loads((folder / "told").read_text())
    assert arguments[arguments.index("--rules") + 1] == str((folder / "rules").resolve())


def test_a_tool_gets_no_key_no_setting_and_no_network(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BC_API_KEY", "CKV_IGNORED_DIRECTORIES", "PYTHONPATH", "AWS_PROFILE", "NO_PROXY"):
        monkeypatch.setenv(name, "secret")
    tool = fake.program(folder / "checkov", "print(json.dumps([dict(os.environ), os.getcwd(), arguments]))\n")
    variables, cwd, arguments = json.loads(printed((tool, "--data", folder / "templates"), (0,)))
    assert "secret" not in variables.values()
    assert variables["HTTPS_PROXY"] == "http://127.0.0.1:9"
    assert variables["HOME"] == cwd != str(Path.home())
    assert arguments[0] == "--data"


def test_checkov_is_told_to_stay_offline(folder: Path) -> None:
    told = f"Path({str(folder / 'told')!r}).write_text(json.dumps(arguments))\nprint('[]')\n"
    list(checkov.broken(folder / "templates", fake.program(folder / "checkov", told)))
    assert {"--skip-download", "--skip-results-upload"} <= {*json.loads((folder / "told").read_text())}


BROKEN = {
    "another status": ("print('usage: checkov', file=sys.stderr); sys.exit(2)", "ended with status 2: usage: checkov"),
    "the status of findings": ("raise ValueError('no such thing')", "ended with status 1: Traceback"),
    "a signal": ("os.kill(os.getpid(), 9)", "ended with status -9: it wrote nothing"),
    "nothing": ("", "wrote no report: expected JSON, found nothing"),
    "garbage": ("print('Traceback\\n\\x00\\xff!')", "wrote no report: expected JSON, found 'Traceback"),
    "half of it": ("print('[{\"results\": ')", "wrote no report: expected JSON, found '[{\"results\":'"),
    "unread templates": (
        'print(json.dumps({"results": {}, "summary": {"parsing_errors": 2}}))',
        "checkov could not read 2 of the templates",
    ),
}


@pytest.mark.parametrize(("body", "message"), BROKEN.values(), ids=BROKEN)
def test_a_tool_that_breaks_is_told(folder: Path, body: str, message: str) -> None:
    tool = fake.program(folder / "checkov", f"{body}\n")
    with pytest.raises(ToolFailed) as failed:
        list(checkov.broken(folder / "templates", tool))
    assert message in str(failed.value)


def test_a_tool_that_hangs_is_stopped_with_what_it_started(folder: Path) -> None:
    pid = folder / "pid"
    body = (
        f"import subprocess\nchild = subprocess.Popen(['sleep', '60'])\nPath({str(pid)!r}).write_text(str(child.pid))\n"
    )
    tool = fake.program(folder / "checkov", f"{body}time.sleep(60)\n")
    started = time.monotonic()
    with pytest.raises(ToolFailed, match="checkov did not end within 3 seconds"):
        list(checkov.broken(folder / "templates", tool, 3))
    assert time.monotonic() - started < 30
    assert _ended(int(pid.read_text()))


def _ended(pid: int) -> bool:
    """Gone, or a zombie that nobody has waited for."""
    for _ in range(50):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat")
            if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    return False


def missing(*policies: Policy) -> list[tuple[str, str]]:
    with pytest.raises(SpecError) as refused:
        ready(policies)
    assert {one.code for one in refused.value.diagnostics} == {"missing-tool"}
    return sorted((one.message, one.suggestion) for one in refused.value.diagnostics)


def test_all_that_is_not_installed_is_told_with_the_command(folder: Path) -> None:
    assert missing(Policy("checkov"), Policy("cfn-guard")) == [
        (
            "'--policy cfn-guard' has no rules",
            "write --policy cfn-guard=RULES, or install those of AWS Control Tower with "
            "'npm install @cdklabs/cdk-validator-cfnguard'",
        ),
        (
            "'--policy checkov' runs checkov, which is not installed",
            "install it with 'pipx install checkov', or set STACKWRIGHT_CHECKOV to its path",
        ),
    ]


def test_rules_that_are_not_there_are_told(folder: Path) -> None:
    (folder / "empty").mkdir()
    told = [missing(Policy("cfn-guard", Path(name)))[0][0] for name in ("nowhere", "empty")]
    assert told == [
        "'--policy cfn-guard=nowhere': the path is not there",
        "'--policy cfn-guard=empty': the path has no file of rules (.guard)",
    ]


def test_a_variable_that_names_no_program_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CHECKOV_VARIABLE, str(folder / "checkov"))
    assert missing(Policy("checkov"))[0][0] == f"STACKWRIGHT_CHECKOV is '{folder / 'checkov'}', which is no program"


def test_a_program_is_found_by_variable_then_on_the_path(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (fake.checkov(folder / name / "checkov", []) for name in ("a", "b"))
    monkeypatch.setenv("PATH", f"{second.parent}:/usr/bin:/bin")
    assert [one.program for one in ready([Policy("checkov"), Policy("checkov")])] == [second]
    monkeypatch.setenv(CHECKOV_VARIABLE, "a/checkov")
    assert [one.program for one in ready([Policy("checkov")])] == [first]


def test_the_npm_package_gives_cfn_guard_and_its_rules(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    package = folder / "node_modules" / "@cdklabs" / "cdk-validator-cfnguard"
    tool = fake.guard(package / "bin" / "ubuntu" / "x86_64" / "cfn-guard", [])
    rules = package / "rules" / "control-tower" / "cfn-guard"
    (rules / "s3").mkdir(parents=True)
    (rules / "s3" / "a.guard").write_text("rule s3_a { }", encoding="utf-8")
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    (one,) = ready([Policy("cfn-guard")])
    assert (one.program, one.rules) == (tool, rules)
    assert (one.has("s3_a"), one.has("s3_b")) == (True, False)
    monkeypatch.setenv(RULES_VARIABLE, str(rules / "s3" / "a.guard"))
    assert ready([Policy("cfn-guard")])[0].rules == rules / "s3" / "a.guard"
