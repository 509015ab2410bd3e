"""Our own rules in `lint`: at the setting's line, by the environment's posture, not beside a warning of the spec."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.source.diagnostics import Diagnostic
from linter.formats.rules import Rule
from linter.gate import judge

SPEC = """platform: demo
region: us-east-1
environments:
  dev: {posture: development}
  prod: {posture: production}
tables:
  carts: {key: id, deletion_protection: false}
functions:
  f:
    runtime: python3.13
    code: ./f
    handler: f.f
    environment: {DB_PASSWORD: hunter2hunter2}
apis:
  public: {routes: {$default: f}, cors: {origins: ["*"]}, reason: The application signs its users in}
buckets:
  open: {properties: {PublicAccessBlockConfiguration: {BlockPublicPolicy: false}}}
schedules:
  hourly: {when: rate(1 hour), to: f}
resources:
  secret:
    Type: AWS::SecretsManager::Secret
    DeletionPolicy: Delete
    Properties:
      SecretString: hunter2hunter2
lint:
  ignore:
    - {rule: W9719, component: schedules.hourly, reason: The next run does what this one did not}
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Diagnostic, ...]:
    folder = tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        Path("spec.yaml").write_text(SPEC)
        judged = judge(compile_spec("spec.yaml"), whole=True)
    assert [one.found.code for one in judged.ignored] == ["W9719", "W9719"]
    return judged.diagnostics


def test_each_defect_is_told_once_at_its_line(told: tuple[Diagnostic, ...]) -> None:
    assert [(one.code, one.place.line, one.component, one.setting) for one in told if one.severity != "note"] == [
        ("W9701", 7, "tables.carts", "deletion_protection"),
        ("secret-in-environment", 13, "functions.f", ""),
        ("W9705", 15, "apis.public", "cors.origins"),
        ("public-access", 17, "buckets.open", ""),
        ("W9716", 21, "resources.secret", ""),
        ("E9706", 25, "resources.secret", "Properties.SecretString"),
    ]


def test_what_is_for_production_is_told_of_production(told: tuple[Diagnostic, ...]) -> None:
    (one,) = [one for one in told if one.code == "W9705"]
    assert [place.file for place in one.also] == ["demo/prod/us-east-1/compute.template.json"]


def test_cfn_lints_note_on_the_same_is_left_out(told: tuple[Diagnostic, ...]) -> None:
    assert not [one for one in told if one.code == "I3011" and one.component == "resources.secret"]


def test_formats_lead_to_the_page_of_our_rules() -> None:
    ours, theirs, spec = Rule("W9701"), Rule("E3012"), Rule("image-tag")
    assert (ours.owner, ours.title) == ("Stackwright", "Stackwright rule W9701")
    assert ours.page.endswith("docs/rules.md#w9701")
    assert (theirs.owner, spec.owner) == ("cfn-lint", "Stackwright")
    assert spec.page.endswith("docs/errors.md#image-tag")
