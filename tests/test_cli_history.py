"""The page about the history, held against what its commands print on the sandbox."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from tests.test_cli_recover import SPEC
from tests.test_cli_recover import folder as folder

PAGE = (Path(__file__).parent.parent / "docs" / "history.md").read_text(encoding="utf-8")
CHANGED = SPEC.replace("jobs: {}", "jobs: {retention_days: 9}\n  mails: {}")

pytestmark = pytest.mark.slow


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words, "--env", "dev", "--sandbox"])


def shown() -> dict[str, str]:
    """Command → what the page shows as its output, without what is another one at each time."""
    (block,) = re.findall(r"```console\n(\$ stackwright history.*?)```", PAGE, re.DOTALL)
    parts = [part.split("\n", 1) for part in f"\n{block}".split("\n$ stackwright ")[1:]]
    return {command.replace(" --env dev", ""): plain(output) for command, output in parts}


def plain(output: str) -> str:
    times = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<time>", output.rstrip("\n"))
    return re.sub(r"\b[0-9a-f]{24,32}\b", "<digest>", times)


def test_the_page_shows_what_the_commands_print(folder: Path) -> None:
    assert run("deploy", "spec.yaml", "--yes").exit_code == 0
    Path("spec.yaml").write_text(CHANGED)
    assert run("deploy", "spec.yaml", "--yes").exit_code == 0
    for command, output in shown().items():
        found = run(*command.split())
        assert (found.exit_code, plain(found.stdout)) == (0, output), command

    last = json.loads(run("history", "spec.yaml", "--last", "1", "--format", "json").stdout)
    assert [record["number"] for record in last["records"]] == [2]
    assert run("show", "spec.yaml", "1", "--review", "one.md").exit_code == 0
    assert "queues.jobs" in Path("one.md").read_text()
    (rollback,) = re.findall(r"```console\n\$ stackwright (rollback .*?)\n(.*?)```", PAGE, re.DOTALL)
    words = [word for word in rollback[0].split() if word not in ("--env", "dev")]
    unapproved = run(*words[:-2])
    assert unapproved.exit_code == 6
    back = run(*words)
    told = back.stdout.split("Sandbox: ")[0]
    assert (back.exit_code, plain(told)) == (0, plain(rollback[1]))
    assert "update, back to 1  succeeded" in run("history", "spec.yaml").stdout
    missing = run("show", "spec.yaml", "7")
    assert missing.exit_code == 4
    assert "error[no-record]: there is no record 7 of demo-dev: the last one is 3" in missing.stderr


def test_a_spec_with_errors_hides_nothing_of_what_was_done(folder: Path) -> None:
    """Only the names are needed, and what hinders a deployment must not hinder the way out of it."""
    assert run("deploy", "spec.yaml", "--yes").exit_code == 0
    whole = [run(*words).stdout for words in (("history", "spec.yaml"), ("show", "spec.yaml", "1"))]
    Path("spec.yaml").write_text(SPEC.replace("jobs: {}", "jobs: {retention: 1}") + "no-such-section: {}\n")
    assert run("status", "spec.yaml").exit_code == 1
    for words, told in zip((("history", "spec.yaml"), ("show", "spec.yaml", "1")), whole, strict=True):
        found = run(*words)
        assert (found.exit_code, found.stdout) == (0, told), found.stderr
        assert found.stderr == (
            "note: spec.yaml has errors, which `lint` shows; only its names are used: platform demo, "
            "environment dev, region us-east-1\n"
        )
    recovered = run("recover", "spec.yaml")
    assert (recovered.exit_code, "demo-dev: CREATE_COMPLETE" in recovered.stderr) == (0, True)
    strict = run("history", "spec.yaml", "--strict")
    assert (strict.exit_code, "error[" in strict.stderr) == (1, True)
    for text, told in (
        (SPEC.replace("platform: demo", "platform: De mo"), "spec.yaml:1:11: error"),
        (SPEC.replace("dev:", "prod:"), "error[unknown-environment]"),
        ("platform: [", "error"),
    ):
        Path("spec.yaml").write_text(text)
        found = run("history", "spec.yaml")
        assert (found.exit_code, found.stdout, told in found.stderr) == (1, "", True), found.stderr


def test_nothing_was_recorded_yet(folder: Path) -> None:
    found = run("history", "spec.yaml")
    assert found.exit_code == 4
    assert (
        "error[no-record]: nothing of demo-dev was recorded: there is no artefact bucket in us-east-1" in found.stderr
    )


def test_a_return_is_saved_where_only_saved_plans_may_change(folder: Path) -> None:
    text = SPEC.replace("posture: development", "posture: development, saved_plans_only: true")
    Path("spec.yaml").write_text(text)
    refused = run("rollback", "spec.yaml", "--to", "1")
    assert refused.exit_code == 4
    steps = "stackwright rollback --to 1 spec.yaml --env dev --out dev.plan, and then: stackwright apply dev.plan"
    assert f"help: run: {steps}" in refused.stderr
    alone = run("rollback", "spec.yaml", "--to", "1", "--review", "x.md")
    assert (alone.exit_code, "give --out too" in alone.stderr) == (2, True)


def test_a_removal_has_no_review_to_write(folder: Path) -> None:
    assert run("deploy", "spec.yaml", "--yes").exit_code == 0
    approved = ("--approve", "encryption", "--approve", "queues.jobs")
    assert run("destroy", "spec.yaml", "--yes", *approved).exit_code == 0
    found = run("show", "spec.yaml", "2", "--review", "two.md")
    assert found.exit_code == 4
    assert "error[no-review]: record 2, destroy of demo-dev, has no review" in found.stderr
    assert not Path("two.md").exists()
    assert "  goes: queues.jobs: removed: the queue" in run("show", "spec.yaml", "2").stdout
