"""Findings of cfn-lint, led back to component, spec and template; verdicts remembered by content."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from compiler.language.facts import fact
from compiler.pipeline import compile_spec
from compiler.source.diagnostics import Diagnostic
from compiler.stacks.emit import templates
from linter.around import Around
from linter.engine import run
from linter.lint import lint

ROOT = Path(__file__).parent.parent
HEAD = "platform: demo\nenvironments:\n  dev: {posture: development}\n"
BAD = HEAD + "queues:\n  jobs: {}\n  mails: {properties: {DelaySeconds: soon}}\n"


def spec(folder: Path, text: str) -> str:
    path = folder / "spec.yaml"
    path.write_text(text)
    return str(path)


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Diagnostic, ...]:
    folder = tmp_path_factory.mktemp("lint")
    return lint(compile_spec(spec(folder, BAD)), folder / "cache")


def test_a_finding_names_component_spec_template_and_rule(findings: tuple[Diagnostic, ...]) -> None:
    (finding,) = findings
    assert (finding.severity, finding.code, finding.component) == ("error", "E3012", "queues.mails")
    assert (finding.place.line, finding.place.column) == (6, 24)
    assert finding.setting == "properties.DelaySeconds"
    assert finding.resource == "Resources/MailsQueue/Properties/DelaySeconds"
    (template,) = finding.also
    assert template.file == "demo/dev/us-east-1/messaging.template.json"
    assert template.line > 1


def test_the_text_shows_all_of_it(findings: tuple[Diagnostic, ...]) -> None:
    first, second, third = str(findings[0]).splitlines()
    assert "spec.yaml:6:24: error[E3012]: queues.mails: properties.DelaySeconds: 'soon' is not" in first
    assert second == "  resource: Resources/MailsQueue/Properties/DelaySeconds"
    assert third.startswith("  also: demo/dev/us-east-1/messaging.template.json:")


def test_the_command_fails_on_a_finding_and_reports_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["lint", spec(tmp_path, BAD), "--format", "json"])
    assert result.exit_code == 1
    (row,) = json.loads(result.stdout)["diagnostics"]
    assert (row["code"], row["component"], row["severity"]) == ("E3012", "queues.mails", "error")


def test_a_clean_spec_is_remembered_without_loading_cfn_lint(tmp_path: Path) -> None:
    path = spec(tmp_path, HEAD + "queues:\n  jobs: {}\n")
    program = (
        "import sys; from cli import main\n"
        f"try: main(['lint', {path!r}])\n"
        "except SystemExit as stop: assert stop.code == 0\n"
        "print('cfnlint' in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    seen = []
    for _ in range(2):
        environment = {"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": ""}
        ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        seen.append(ran.stdout.splitlines())
    assert seen == [["no findings", "True"], ["no findings", "False"]]


def test_another_template_or_setting_is_another_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from linter.around import Around
    from linter.cache import Cache, _surroundings

    files = {"demo/dev/us-east-1/root.template.json": b"{}", "demo/dev/us-east-1/data.template.json": b"{}"}
    name = "demo/dev/us-east-1/root.template.json"
    monkeypatch.chdir(tmp_path)
    _surroundings.cache_clear()
    cache = Cache(tmp_path / "cache", Around("us-east-1"))
    cache.write(name, files, ())
    assert cache.read(name, files) == ()
    assert cache.read(name, {**files, "demo/dev/us-east-1/data.template.json": b"[]"}) is None
    for around in (Around("eu-west-1"), Around("us-east-1", {"demo/dev": "production"})):
        assert Cache(tmp_path / "cache", around).read(name, files) is None
    assert Cache(tmp_path / "cache", Around("us-east-1", {"demo/other": "production"})).read(name, files) == ()
    (tmp_path / ".cfnlintrc").write_text("ignore_checks: [W]\n")
    _surroundings.cache_clear()
    assert cache.read(name, files) is None
    _surroundings.cache_clear()


def test_progress_is_told_template_by_template_and_not_for_what_is_known(tmp_path: Path) -> None:
    compiled = compile_spec(spec(tmp_path, HEAD + "queues:\n  jobs: {}\n"))
    told: list[tuple[int, int]] = []
    lint(compiled, tmp_path / "cache", lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    lint(compiled, tmp_path / "cache", lambda done, total: told.append((done, total)))
    assert len(told) == 4


def test_a_damaged_verdict_is_no_verdict(tmp_path: Path) -> None:
    compiled = compile_spec(spec(tmp_path, HEAD + "queues:\n  jobs: {}\n"))
    assert lint(compiled, tmp_path / "cache") == ()
    for verdict in (tmp_path / "cache").iterdir():
        verdict.write_text("{half")
    assert lint(compiled, tmp_path / "cache") == ()


def test_the_known_regions_are_those_that_cfn_lint_knows() -> None:
    """It ends with an exception for any other."""
    from cfnlint.helpers import REGIONS

    assert sorted(fact("regions").known()) == sorted(REGIONS)


def test_a_root_is_held_against_the_parameters_of_its_nested_stacks(tmp_path: Path) -> None:
    """It is linted beside their interfaces alone; nested stacks are linted whole."""
    (compiled,) = compile_spec(spec(tmp_path, f"{HEAD}queues: {{jobs: {{}}}}\n"))
    files = {f"demo/dev/{name}": text for name, text in templates(compiled).items()}
    (root,) = [name for name in files if name.endswith("root.template.json")]
    body = json.loads(files[root])
    body["Resources"]["MessagingStack"]["Properties"]["Parameters"]["Nowhere"] = "x"
    (nested,) = [name for name in files if name.endswith("messaging.template.json")]
    wrong = json.loads(files[nested])
    wrong["Resources"]["JobsQueue"]["Properties"]["DelaySeconds"] = 1_000
    changed = {**files, root: json.dumps(body).encode(), nested: json.dumps(wrong).encode()}
    found = run(changed, [root, nested], Around("us-east-1"), lambda done, total: None)
    assert [one.rule for one in found[root]] == ["E3043"]
    assert [(one.rule, one.template) for one in found[nested]] == [("E3034", nested)]
