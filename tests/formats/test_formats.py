"""Each format of a CI system validates, whatever the diagnostics are, and says the same as the text."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema

import linter.formats
from compiler.source.diagnostics import Diagnostic, Place
from compiler.source.json_value import Json
from compiler.source.report import Report
from deployer.command_line.gate import FORMATS
from linter.formats import github, gitlab, junit, sarif
from linter.formats.places import fingerprinted, relative
from linter.formats.rules import Rule, documentation
from linter.own.rule import OwnRule
from linter.rules import own_rules

FOLDER = Path(__file__).parent
OFFICIAL_SARIF = FOLDER.parents[1] / ".schemas" / "sarif-schema-2.1.0.json"
"""`make format-schemas` puts it there."""
XSD = xmlschema.XMLSchema(FOLDER / "junit-10.xsd")

HERE = Place("spec/shop.yaml", 3, 5, 3, 9)
TEMPLATE = Place("shop/dev/us-east-1/data.template.json", 14, 9)
FOUND = (
    Diagnostic("E3012", "'soon' is not of type 'integer'", HERE, "queues.jobs", also=(TEMPLATE, TEMPLATE)),
    Diagnostic("image-tag", "the image has no tag", HERE, "services.web", "give the tag", severity="warning"),
    Diagnostic("I3042", "ARNs: 100%, or\r\nnone", HERE, "roles.x", severity="note", setting="a.b", others=("roles.y",)),
    Diagnostic("unreachable", "no answer"),
    Diagnostic("bad-value", "can't be \x00\x1b[31m\ufffe\ud83d ü 語", Place("spec/a b,c:d%.yaml", 1, 1, 4, 2)),
    Diagnostic("cycle", "a needs b", HERE, also=(Place("spec/shop.yaml", 9, 1),)),
)


def report(found: Iterable[Diagnostic] = FOUND, **more: Any) -> Report:
    made = Report(lambda lines, err: None, command="lint", subject="spec/shop.yaml", **more)
    made.stops_at |= {"warning"}
    made.diagnostics += found
    return made


def test_the_command_offers_what_is_in_the_folder() -> None:
    modules = {path.stem for path in Path(linter.formats.__path__[0]).glob("*.py")}
    assert {*FORMATS} - {"text", "json"} == modules - {"__init__", "places", "rules"}


def as_json(text: str) -> Json:
    return json.loads(text)


SOME = [pytest.param(found, id=str(len(found))) for found in (FOUND, (), FOUND[:1] * 3)]


@pytest.mark.parametrize("found", SOME)
def test_sarif_is_what_the_standard_and_github_take(found: tuple[Diagnostic, ...]) -> None:
    schema = as_json((FOLDER / "sarif.schema.json").read_text())
    log = as_json(sarif.render(report(found)))
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted({one.code for one in found})
    assert [rules[result["ruleIndex"]] for result in run["results"]] == [one.code for one in found]
    bases = {base for result in run["results"] for base in _bases(result)}
    assert bases <= run["originalUriBaseIds"].keys()


def _bases(result: Json) -> Iterable[str]:
    for location in (*result["locations"], *result.get("relatedLocations", ())):
        yield location["physicalLocation"]["artifactLocation"]["uriBaseId"]


@pytest.mark.skipif(not OFFICIAL_SARIF.is_file(), reason="`make format-schemas` gets the schema of OASIS")
@pytest.mark.parametrize("found", SOME)
def test_sarif_is_valid_by_the_schema_of_oasis(found: tuple[Diagnostic, ...]) -> None:
    schema = as_json(OFFICIAL_SARIF.read_text())
    validator = jsonschema.validators.validator_for(schema)
    validator(schema, format_checker=jsonschema.FormatChecker()).validate(as_json(sarif.render(report(found))))


def test_sarif_tells_component_setting_and_template() -> None:
    results = as_json(sarif.render(report()))["runs"][0]["results"]
    first, _, third, nowhere, odd, cycle = results
    (location,) = first["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "spec/shop.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9},
    }
    assert first["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"] == "TEMPLATES"
    assert cycle["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    names = [one["fullyQualifiedName"] for one in third["locations"][0]["logicalLocations"]]
    assert (names, third["level"]) == (["roles.x.a.b", "roles.y.a.b"], "note")
    assert nowhere["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "spec/shop.yaml"
    assert odd["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "spec/a%20b%2Cc%3Ad%25.yaml"


def test_a_rule_leads_to_the_page_that_explains_it() -> None:
    assert Rule("E3012").page == "https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md#E3012"
    assert Rule("image-tag").page == f"{documentation()}docs/errors.md#image-tag"
    assert [Rule(code).owner for code in ("I3042", "image-tag")] == ["cfn-lint", "Stackwright"]
    rules = as_json(sarif.render(report()))["runs"][0]["tool"]["driver"]["rules"]
    linked = {rule["id"] for rule in rules if "helpUri" in rule}
    assert {"E3012", "I3042"} <= linked and ("image-tag" in linked) == bool(documentation())


@pytest.mark.parametrize(
    ("code", "owner", "title", "page"),
    [
        ("CKV_AWS_18", "checkov", "checkov rule CKV_AWS_18", "https://www.checkov.io/"),
        ("CKV2_AWS_5", "checkov", "checkov rule CKV2_AWS_5", "https://www.checkov.io/"),
        ("CT.S3.PR.2", "cfn-guard", "cfn-guard rule CT.S3.PR.2", "https://docs.aws.amazon.com/controltower/"),
        ("S3_BUCKET_LOGGING_ENABLED", "cfn-guard", "cfn-guard rule S3_BUCKET_LOGGING_ENABLED", "https://github.com/"),
        ("guard.logging", "cfn-guard", "cfn-guard rule guard.logging", "https://github.com/"),
        ("F3012", "cloudformation-validate", "cloudformation-validate rule F3012", "https://pypi.org/"),
        ("image-tag", "Stackwright", "Image tag", "docs/errors.md"),
    ],
)
def test_a_code_has_an_owner_a_title_and_a_page(code: str, owner: str, title: str, page: str) -> None:
    rule = Rule(code)
    assert (rule.owner, rule.title) == (owner, title)
    assert rule.page.startswith(page)


def test_sarif_has_the_text_of_our_own_pages() -> None:
    found = [Diagnostic(code, "x") for code in ("image-tag", "W9701", "E3012", "CKV_AWS_18")]
    rules = as_json(sarif.render(report(found)))["runs"][0]["tool"]["driver"]["rules"]
    texts = {rule["id"]: rule["help"].get("markdown", "") for rule in rules}
    assert "latest" in texts["image-tag"]
    assert texts["W9701"].startswith("Deletion protection in production.")
    assert (texts["E3012"], texts["CKV_AWS_18"]) == ("", "")
    assert not [text for text in texts.values() if "](errors.md" in text or "](" in text.replace("](http", "")]


@pytest.mark.parametrize("rule", own_rules(), ids=lambda rule: str(rule.id))
def test_each_of_our_own_rules_has_its_text(rule: OwnRule) -> None:
    assert Rule(rule.id).text.startswith(rule.shortdesc)


@pytest.mark.parametrize("found", SOME)
def test_junit_is_valid_by_its_schema(found: tuple[Diagnostic, ...]) -> None:
    text = junit.render(report(found))
    XSD.validate(StringIO(text))
    suites = ElementTree.fromstring(text)
    cases = list(suites.iter("testcase"))
    assert int(suites.attrib["tests"]) == len(cases) == (len(found) or 1)
    assert int(suites.attrib["failures"]) == len(list(suites.iter("failure")))


def test_junit_fails_at_what_the_command_fails_at() -> None:
    def failures(**more: Any) -> int:
        made = Report(lambda lines, err: None, diagnostics=[*FOUND], **more)
        return int(ElementTree.fromstring(junit.render(made)).attrib["failures"])

    assert (failures(), failures(strict=True)) == (4, 5)


@pytest.mark.parametrize("found", SOME)
def test_gitlab_takes_the_report(found: tuple[Diagnostic, ...]) -> None:
    rows = as_json(gitlab.render(report(found)))
    jsonschema.Draft202012Validator(as_json((FOLDER / "gitlab.schema.json").read_text())).validate(rows)
    assert len({row["fingerprint"] for row in rows}) == len(rows) == len(found)


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (
            Diagnostic("E1", "100% a,b:\r\nc", HERE, "queues.jobs", "do: this"),
            "::error file=spec/shop.yaml,line=3,endLine=3,col=5,endColumn=9,title=E1::"
            "queues.jobs: 100%25 a,b:%0D%0Ac%0Ahelp: do: this",
        ),
        (
            Diagnostic("w", "is odd", Place("spec/a,b:c%.yaml", 2, 1, 5, 3), severity="warning"),
            "::warning file=spec/a%2Cb%3Ac%25.yaml,line=2,endLine=5,title=w::is odd",
        ),
        (
            Diagnostic("n", "is so", Place("x", 2, 4), severity="note"),
            "::notice file=x,line=2,endLine=2,col=4,endColumn=4,title=n::is so",
        ),
        (Diagnostic("e", "::error::no"), "::error title=e::::error::no"),
    ],
)
def test_github_takes_a_command_a_line(found: Diagnostic, line: str) -> None:
    text = github.render(report([found]))
    assert text.splitlines()[0] == line
    assert len(text.splitlines()) == 2


def test_github_is_shown_the_serious_first_and_the_count_last() -> None:
    *lines, last = github.render(report()).splitlines()
    assert [line.split()[0] for line in lines] == [*["::error"] * 4, "::warning", "::notice"]
    assert last == "4 errors, 1 warning, 1 note"
    assert github.render(report(())) == "no findings\n"


def test_a_fingerprint_stays_when_lines_move_and_differs_for_all_else() -> None:
    (first, _, third, *_), moved = FOUND, Place("spec/shop.yaml", 30, 5)
    marks = [mark for _, mark in fingerprinted((first, replace(first, place=moved, also=())))]
    assert marks[0] != marks[1], "the second of two that are equal"
    assert [mark for _, mark in fingerprinted((replace(first, place=moved, also=()),))] == marks[:1]
    others = (replace(first, message="x"), replace(first, component="queues.b"), replace(first, setting="x"), third)
    assert len({mark for _, mark in fingerprinted((first, *others))}) == 5


def test_paths_are_relative_to_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path)
    assert relative(str(tmp_path / "spec" / "x.yaml")) == relative("./spec/x.yaml") == "spec/x.yaml"
    monkeypatch.chdir(tmp_path / "below")
    assert relative(str(tmp_path / "spec" / "x.yaml")) == "../spec/x.yaml"
