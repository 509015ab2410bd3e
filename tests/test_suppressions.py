"""Findings that the spec accepts: left out and counted; what has expired or is not needed is a finding itself."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from cli import main
from compiler.language.suppressions import sorted_out
from compiler.pipeline import check_spec, compile_spec
from compiler.source.diagnostics import Diagnostic, Place, SpecError
from compiler.source.report import Report
from compiler.source.suppression import Ignored, Suppression, ignored_lines
from compiler.stacks.compiled import Compiled
from compiler.stacks.emit import render
from linter.formats import github, gitlab, junit, sarif
from linter.gate import judge, refuse_findings

HEAD = "platform: demo\nenvironments:\n  dev: {posture: development}\n  prod: {posture: production}\n"
BODY = """queues:
  mails: {properties: {DelaySeconds: soon}}
  "batch-{tenant}":
    each: {tenant: [acme, globex]}
    properties: {DelaySeconds: later}
services:
  web: {image: public.ecr.aws/nginx/nginx-unprivileged, port: 8080}
overrides:
  FFunctionAccess: {Properties: {PolicyDocument: {Statement: [{Effect: Allow, Action: "*", Resource: "*"}]}}}
functions:
  f: {runtime: python3.13, code: ./f, handler: f.f, uses: {mails: send}}
"""

DAY = datetime.date(2026, 6, 30)


def entry(rule: str, component: str, until: str = "") -> str:
    last = f", until: {until}" if until else ""
    return f"    - {{rule: {rule}, component: '{component}', reason: It is so{last}}}\n"


def listed(*entries: str) -> str:
    return HEAD + BODY + "lint:\n  ignore:\n" + "".join(entries)


EVERY = (
    entry("E3012", "queues.mails", "2026-06-30"),
    entry("E3012", "queues.batch-{tenant}"),
    entry("image-tag", "services.web", "2026-12-31"),
    entry("grants-everything", "overrides.FFunctionAccess"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose cache of verdicts all tests share."""
    made = tmp_path_factory.mktemp("suppressions")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(made)
        yield made


def compiled(folder: Path, text: str) -> tuple[Compiled, ...]:
    (folder / "spec.yaml").write_text(text)
    return compile_spec("spec.yaml")


def told(found: tuple[Diagnostic, ...]) -> list[tuple[str, str]]:
    return sorted((one.code, one.component) for one in found)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments))


ALL = [
    ("E3012", "queues.batch-acme"),
    ("E3012", "queues.mails"),
    ("grants-everything", ""),
    ("image-tag", "services.web"),
]


def test_without_a_list_everything_is_told(folder: Path) -> None:
    judged = judge(compiled(folder, HEAD + BODY), whole=True, today=DAY)
    assert [one for one in told(judged.diagnostics) if one[0][0] != "I"] == ALL
    assert judged.ignored == ()


def test_what_is_accepted_is_left_out_and_counted(folder: Path) -> None:
    judged = judge(compiled(folder, listed(*EVERY)), whole=True, today=DAY)
    assert judged.diagnostics == ()
    rows = [line.split(": ", 1)[1] for line in ignored_lines(judged.ignored)]
    assert rows == [
        "ignored[E3012]: queues.mails: 1 finding: It is so (until 2026-06-30)",
        "ignored[E3012]: queues.batch-{tenant}: 1 finding: It is so",
        "ignored[image-tag]: services.web: 1 finding: It is so (until 2026-12-31)",
        "ignored[grants-everything]: overrides.FFunctionAccess: 1 finding: It is so",
    ]


@pytest.mark.parametrize("second", ["", "2026-12-31"])
def test_of_two_for_one_finding_the_one_that_lasts_counts(folder: Path, second: str) -> None:
    entries = [entry("image-tag", "services.web", one) for one in ("2026-06-29", second)]
    for order in (entries, entries[::-1]):
        judged = judge(compiled(folder, listed(*order)), whole=True, today=DAY)
        codes = [code for code, _ in told(judged.diagnostics)]
        assert ("image-tag" in codes, codes.count("expired-suppression")) == (False, 1)


def test_an_each_is_accepted_with_all_that_it_makes_and_nothing_else(folder: Path) -> None:
    roots = compiled(folder, listed(entry("E3012", "queues.batch-{tenant}")))
    (known,) = roots[0].suppressions
    assert known.covered >= {"queues.batch-acme", "queues.batch-globex"}
    found = Diagnostic("E3012", "x", component="queues.batch-acme", others=("queues.batch-globex", "queues.mails"))
    kept, ignored = sorted_out([found], [known])
    assert told(kept) == [("E3012", "queues.mails")]
    assert [one.found.component for one in ignored] == ["queues.batch-acme", "queues.batch-globex"]


def test_one_of_an_each_is_accepted_alone(folder: Path) -> None:
    alone = entry("E3012", "queues.batch-acme")
    judged = judge(compiled(folder, listed(*EVERY[2:], EVERY[0], alone)), whole=True, today=DAY)
    assert told(judged.diagnostics) == [("E3012", "queues.batch-globex")]
    assert {one.found.component for one in judged.ignored if one.by.component == "queues.batch-acme"} == {
        "queues.batch-acme"
    }


def test_one_that_only_an_environment_has_is_accepted_alone(folder: Path) -> None:
    more = "  prod: {posture: production, queues: {'batch-{tenant}': {each: {tenant: [acme, initech]}}}}\n"
    text = listed(*EVERY, entry("E3012", "queues.batch-initech")).replace("  prod: {posture: production}\n", more)
    (folder / "spec.yaml").write_text(text)
    assert run("validate", "spec.yaml").exit_code == 0
    unknown = text.replace("queues.batch-initech", "queues.batch-initec")
    (folder / "spec.yaml").write_text(unknown)
    refused = run("validate", "spec.yaml").stderr
    assert "there is no component 'queues.batch-initec'\n  help: did you mean 'queues.batch-initech'?" in refused


def test_a_warning_of_one_of_an_each_is_accepted_alone(folder: Path) -> None:
    services = "  'side-{tenant}': {each: {tenant: [acme, globex]}, image: a/b, port: 8080}\n"
    text = listed(entry("image-tag", "services.side-acme")).replace("overrides:", f"{services}overrides:")
    (root, *_) = compiled(folder, text)
    assert [one.found.component for one in root.ignored] == ["services.side-acme"]
    assert ("image-tag", "services.side-globex") in told(root.warnings)


@pytest.mark.parametrize(
    ("day", "expired"), [("2026-06-30", []), ("2026-07-01", [("expired-suppression", "queues.mails")])]
)
def test_the_last_day_counts_and_the_next_one_does_not(folder: Path, day: str, expired: list[tuple[str, str]]) -> None:
    judged = judge(compiled(folder, listed(*EVERY)), whole=True, today=datetime.date.fromisoformat(day))
    again = [("E3012", "queues.mails")] if expired else []
    assert told(judged.diagnostics) == [*again, *expired]
    assert all(one.severity == "warning" for one in judged.diagnostics if one.code != "E3012")


def test_an_expired_one_of_the_spec_brings_its_warning_back(folder: Path) -> None:
    judged = judge(compiled(folder, listed(*EVERY)), whole=True, today=datetime.date(2027, 1, 1))
    assert ("image-tag", "services.web") in told(judged.diagnostics)


def test_what_nothing_needs_is_told_of_a_whole_platform(folder: Path) -> None:
    roots = compiled(folder, listed(*EVERY, entry("E3012", "services.web")))
    assert told(judge(roots, whole=True, today=DAY).diagnostics) == [("unused-suppression", "services.web")]
    assert judge(roots[:1], whole=False, today=DAY).diagnostics == ()


def test_a_deployment_is_refused_for_what_is_not_accepted(folder: Path) -> None:
    both = entry("E3012", "queues.mails"), entry("E3012", "queues.batch-{tenant}")
    ignored = refuse_findings(compiled(folder, listed(*both)), DAY).ignored
    assert {one.by.component for one in ignored} == {"queues.mails", "queues.batch-{tenant}"}
    with pytest.raises(SpecError) as refused:
        refuse_findings(compiled(folder, listed(entry("E3012", "queues.mails"))))
    assert told(refused.value.diagnostics) == [("E3012", "queues.batch-acme")]


def test_a_deployment_shows_what_has_expired(folder: Path) -> None:
    accepted = [entry("E3012", "queues.mails"), entry("E3012", "queues.batch-{tenant}")]
    roots = compiled(folder, listed(*accepted, entry("image-tag", "services.web", "2026-06-29")))
    judged = refuse_findings(roots, DAY)
    assert told(judged.diagnostics) == [("expired-suppression", "services.web"), ("image-tag", "services.web")]
    assert not [one for one in judged.ignored if one.by.rule == "image-tag"]


def test_a_plan_shows_what_is_accepted(folder: Path) -> None:
    (folder / "spec.yaml").write_text(listed(*EVERY[1:], entry("E3012", "queues.mails")))
    ran = run("plan", "spec.yaml", "--env", "dev", "--profile", "of-nobody")
    assert ran.exit_code == 5
    assert ran.stderr.count(": ignored[") == 4


def test_the_date_is_asked_by_the_gate_only(folder: Path) -> None:
    long_ago = listed(
        entry("image-tag", "services.web", "2001-01-01"), entry("grants-everything", "overrides.FFunctionAccess")
    )
    (folder / "spec.yaml").write_text(long_ago)
    assert all(one.warnings == () for one in check_spec("spec.yaml"))
    ran = run("validate", "spec.yaml", "--strict")
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert "ignored[image-tag]: services.web: 1 finding: It is so (until 2001-01-01)" in ran.stdout
    assert run("lint", "spec.yaml").stdout.count("warning[expired-suppression]") == 1


def test_templates_do_not_know_of_it(folder: Path) -> None:
    assert render(compiled(folder, listed(*EVERY))) == render(compiled(folder, HEAD + BODY))


def test_json_counts_it(folder: Path) -> None:
    (folder / "spec.yaml").write_text(listed(*EVERY[1:]))
    value = json.loads(run("compile", "spec.yaml", "--format", "json").stdout)
    assert [(row["rule"], row["count"], row["until"]) for row in value["ignored"]] == [
        ("image-tag", 1, "2026-12-31"),
        ("grants-everything", 1, None),
    ]


@pytest.mark.parametrize(
    ("line", "place", "text"),
    [
        (entry("E3012", "queues.mail"), "18:32", "error[unknown-component]: there is no component 'queues.mail'"),
        (entry("E3012", "network.x"), "18:32", "error[unknown-component]: there is no component 'network.x'"),
        (entry("E3012", "queues"), "18:32", "error[unknown-component]: there is no component 'queues'"),
        (entry("E3012", "overrides.Nothing"), "18:32", "error[unknown-component]"),
        (entry("E3012", "queues.mails", "2026-02-30"), "18:73", "error[bad-value]: there is no day 2026-02-30"),
        (entry("E3012", "queues.mails", "soon"), "18:73", "error[bad-value]"),
        (entry("Everything", "queues.mails"), "18:14", "error[bad-value]"),
        ("    - {rule: E3012, component: queues.mails}\n", "18:7", "error[missing-property]"),
        ("    - {rule: E3012, component: queues.mails, reason: ' '}\n", "18:54", "error[bad-value]"),
        ("    - {rule: E3012, reason: x}\n", "18:7", "error[missing-property]"),
    ],
)
def test_a_wrong_entry_is_told_at_its_place(folder: Path, line: str, place: str, text: str) -> None:
    (folder / "spec.yaml").write_text(listed(line))
    ran = run("validate", "spec.yaml")
    assert ran.exit_code == 1
    assert ran.stderr.startswith(f"spec.yaml:{place}: {text}"), ran.stderr


def test_sections_that_may_be_there_by_themselves_can_be_named(folder: Path) -> None:
    (folder / "spec.yaml").write_text(listed(entry("E3012", "encryption"), entry("E3012", "network")))
    assert run("validate", "spec.yaml").exit_code == 0


def test_each_format_counts_what_is_ignored() -> None:
    place = Place("spec.yaml", 7, 7)
    one = Suppression("E3012", "queues.a", "It is so", "", place, frozenset({"queues.a"}), place)
    found = Ignored(Diagnostic("E3012", "x", component="queues.a"), one)
    report = Report(lambda lines, err: None, command="lint", subject="spec.yaml", ignored=[found])
    (run_of,) = json.loads(sarif.render(report))["runs"]
    assert (run_of["results"], run_of["properties"]["ignored"][0]["count"]) == ([], 1)
    (skipped,) = ElementTree.fromstring(junit.render(report)).iter("skipped")
    assert skipped.attrib == {"type": "E3012", "message": "It is so"}
    assert github.render(report).splitlines()[0] == "spec.yaml:7:7: ignored[E3012]: queues.a: 1 finding: It is so"
    assert json.loads(gitlab.render(report)) == []
