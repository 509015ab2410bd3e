"""AWS's own validation as a tier of the gate: on `compile --check` too, never beside the same of cfn-lint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from linter import offline
from linter.around import Around
from linter.finding import Finding
from linter.formats.rules import Rule

HEAD = "platform: demo\nenvironments:\n  dev: {posture: development}\n"
BAD = HEAD + "queues:\n  jobs: {}\n  mails: {properties: {DelaySeconds: soon}}\n"
ACCEPTED = BAD + "lint: {ignore: [{rule: E3012, component: queues.mails, reason: It is so}]}\n"
needs_it = pytest.mark.skipif(not offline.installed(), reason="cloudformation-validate is an extra")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield


def run(text: str, *arguments: str) -> Result:
    Path("spec.yaml").write_text(text)
    return CliRunner().invoke(main, [arguments[0], "spec.yaml", *arguments[1:]])


@needs_it
def test_compile_check_fails_on_what_cloudformation_would_refuse() -> None:
    assert run(BAD, "compile").exit_code == 0
    checked = run(BAD, "compile", "--check", "--format", "json")
    (row,) = json.loads(checked.stdout)["diagnostics"]
    assert (row["code"], row["component"], row["setting"]) == ("F3012", "queues.mails", "properties.DelaySeconds")
    assert (row["line"], row["column"], checked.exit_code) == (6, 24, 1)


@needs_it
def test_what_the_spec_accepts_of_the_rule_of_cfn_lint_is_accepted() -> None:
    assert run(ACCEPTED, "compile").exit_code == 0
    checked = run(ACCEPTED, "compile", "--check")
    assert checked.exit_code == 0
    assert "ignored[F3012]: queues.mails: 1 finding: It is so" in checked.output


@needs_it
@pytest.mark.slow
def test_lint_tells_it_once() -> None:
    rows = json.loads(run(BAD, "lint", "--format", "json").stdout)["diagnostics"]
    assert [row["code"] for row in rows] == ["E3012"]


@needs_it
def test_verdicts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    run(BAD, "compile")
    first = run(BAD, "compile", "--check")

    def never(*_arguments: object, **_named: object) -> None:
        raise AssertionError

    monkeypatch.setattr(offline, "run", never)
    assert run(BAD, "compile", "--check").output == first.output


def test_without_it_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offline, "PACKAGE", "no_such_package")
    assert run(BAD, "compile").exit_code == 0
    assert run(BAD, "compile", "--check").exit_code == 0
    assert not Path(".stackwright").exists()


@needs_it
def test_a_major_version_is_left_to_cfn_lint() -> None:
    database = {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "mysql", "EngineVersion": "8.4"}}
    files = {"a/b/c/d.template.json": json.dumps({"Resources": {"D": database}}).encode()}
    assert offline.run(files, list(files), Around("eu-west-1")) == dict.fromkeys(files, ())


@needs_it
def test_metadata_of_a_resource_is_heeded() -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": "soon"}}
    silent = {**queue, "Metadata": {"cfn-lint": {"config": {"ignore_checks": ["E3012"]}}}}
    files = {"a/b/c/d.template.json": json.dumps({"Resources": {"Q": queue, "S": silent}}).encode()}
    found = offline.run(files, list(files), Around("eu-west-1"))
    assert [one.pointer for one in found["a/b/c/d.template.json"]] == ["Resources/Q/Properties/DelaySeconds"]


def test_what_cfn_lint_finds_by_the_same_rule_at_the_same_resource_is_left_out() -> None:
    def finding(rule: str, pointer: str) -> Finding:
        return Finding("t", 1, 1, rule, "error", "m", pointer)

    ours = [
        finding("F3012", "Resources/A/Properties/X"),
        finding("F3012", "Resources/B"),
        finding("F3003", "Resources/A"),
    ]
    left = offline.not_of_cfn_lint(
        ours, [finding("E3012", "Resources/A/Properties/X/0"), finding("E3002", "Resources/B")]
    )
    assert left == (ours[1], ours[2])


def test_formats_name_the_tool() -> None:
    assert (Rule("F3012").owner, Rule("F3012").title) == (
        "cloudformation-validate",
        "cloudformation-validate rule F3012",
    )
    assert Rule("F3012").page.startswith("https://pypi.org/")
    assert Rule("E9706").owner == "Stackwright"
