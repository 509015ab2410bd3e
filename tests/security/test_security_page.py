"""docs/security.md has a row for each finding that is recorded, and none for anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.security.finding import Finding, read, written
from tests.security.rows import CHOICES, Row, Subject, rows

ROOT = Path(__file__).resolve().parent.parent.parent
ROWS = tuple(rows((ROOT / "docs" / "security.md").read_text(encoding="utf-8")))
TEXT = (ROOT / "tests" / "security" / "findings.yaml").read_text(encoding="utf-8")
FINDINGS = read(TEXT)


def covering(finding: Finding) -> list[Row]:
    return [row for row in ROWS if any(subject.covers(finding) for subject in row.subjects)]


def test_each_finding_has_one_row() -> None:
    assert {str(finding): len(covering(finding)) for finding in FINDINGS if len(covering(finding)) != 1} == {}


def test_each_rule_resource_and_component_of_a_row_was_found() -> None:
    subjects = [subject for row in ROWS for subject in row.subjects]
    idle = [subject for subject in subjects if not any(subject.covers(finding) for finding in FINDINGS)]
    assert idle == []


def test_each_row_has_a_reason_and_says_whose_choice_it_is() -> None:
    assert [row for row in ROWS if len(row.reason.split()) < 4 or row.choice not in CHOICES] == []


def test_a_choice_of_a_spec_names_the_platforms_that_made_it() -> None:
    specs = [subject for row in ROWS if row.choice == "the spec's" for subject in row.subjects]
    # what the rules say of every platform with such a resource is no choice of one of them
    everywhere = {"AwsSolutions-CFR1"}
    assert {subject.rule for subject in specs if subject.component == "*"} == everywhere


def test_findings_are_kept_sorted() -> None:
    assert written(FINDINGS) == TEXT


def compiled() -> set[tuple[str, str]]:
    """Type and component of every resource that templates_out/ has of production."""
    found: set[tuple[str, str]] = set()
    for path in sorted((ROOT / "templates_out").glob("*/*/manifest.json")):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if manifest["posture"] != "production":
            continue
        for root in manifest["roots"]:
            for stack in root["stacks"]:
                template = json.loads((path.parent / stack["template"]).read_text(encoding="utf-8"))
                found |= {
                    (template["Resources"][logical_id]["Type"], f"{manifest['platform']}/{origin}")
                    for logical_id, origin in stack["origins"].items()
                }
    return found


def test_each_finding_is_of_a_resource_that_a_platform_has() -> None:
    known = compiled()
    assert [str(finding) for finding in FINDINGS if (finding.resource, finding.component) not in known] == []


@pytest.mark.parametrize(
    ("subject", "finding", "covered"),
    [
        (("A1", "AWS::S3::Bucket", "*"), ("A1", "AWS::S3::Bucket", "shop/buckets.media"), True),
        (("A1", "AWS::S3::Bucket", "*/buckets.logs"), ("A1", "AWS::S3::Bucket", "shop/buckets.logs"), True),
        (("A1", "AWS::S3::Bucket", "*/buckets.logs"), ("A1", "AWS::S3::Bucket", "shop/buckets.media"), False),
        (("A1", "AWS::S3::Bucket", "*"), ("A12", "AWS::S3::Bucket", "shop/buckets.media"), False),
        (("A1", "AWS::S3::Bucket", "*"), ("A1", "AWS::SQS::Queue", "shop/queues.mails"), False),
        (("A1", "AWS::IAM::Role", "*"), ("A1[Resource::*]", "AWS::IAM::Role", "shop/functions.api"), True),
    ],
)
def test_what_a_subject_covers(subject: tuple[str, str, str], finding: tuple[str, str, str], covered: bool) -> None:
    assert Subject(*subject).covers(Finding(*finding)) is covered


def test_a_row_is_read_as_rules_by_types_by_components() -> None:
    (row,) = rows(
        "| `A1`, `B2` | `AWS::S3::Bucket`, `AWS::SQS::Queue`: `shop/*` | No reason is needed. | ours |\n| a | b |"
    )
    assert [(each.rule, each.resource, each.component) for each in row.subjects] == [
        ("A1", "AWS::S3::Bucket", "shop/*"),
        ("A1", "AWS::SQS::Queue", "shop/*"),
        ("B2", "AWS::S3::Bucket", "shop/*"),
        ("B2", "AWS::SQS::Queue", "shop/*"),
    ]
    assert (row.reason, row.choice) == ("No reason is needed.", "ours")
