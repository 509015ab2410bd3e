"""Each of our own rules against its table: what it finds, and what is close to that and sound."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.config import ConfigMixIn
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER
from cfnlint.template import Template

import linter.rules
from linter.own.page import page
from linter.own.rule import OwnRule
from linter.rules import own_rules
from linter.rules.custom_name import NAMES

ROOT = Path(__file__).parent.parent.parent
TABLES = Path(__file__).parent
RULES = {type(rule).__module__.rpartition(".")[2]: type(rule) for rule in own_rules()}


def cases(kind: str) -> list[Any]:
    rows = []
    for table in sorted(TABLES.glob("*.yaml")):
        for row in yaml.safe_load(table.read_text())[kind]:
            rows.append(pytest.param(RULES[table.stem], row, id=f"{table.stem}: {row['what']}"))
    return rows


def found(rule: type[OwnRule], row: Mapping[str, Any], **configured: str) -> dict[str, str]:
    template: Any = Template(
        "t.json", {"Metadata": row.get("metadata", {}), "Resources": row["resources"]}, ["us-east-1"]
    )
    made = rule()
    made.configure(configured)
    made.posture = row.get("posture", "")
    matches = made.match(template)
    paths = {"/".join(map(str, match.path)).removeprefix("Resources/"): str(match.message) for match in matches}
    assert len(paths) == len(matches), "two findings at one place"
    return paths


@pytest.mark.parametrize(("rule", "row"), cases("bad"))
def test_it_finds(rule: type[OwnRule], row: Mapping[str, Any]) -> None:
    shown = found(rule, row)
    assert shown.keys() == row["finds"].keys()
    assert [path for path, message in shown.items() if not message.startswith(row["finds"][path])] == []
    assert all(message.endswith(f": {rule.fix}") for message in shown.values())


@pytest.mark.parametrize(("rule", "row"), cases("good"))
def test_it_does_not_find(rule: type[OwnRule], row: Mapping[str, Any]) -> None:
    assert found(rule, row) == {}


def test_each_rule_has_a_file_a_table_and_an_id_of_ours() -> None:
    files = {path.stem for path in (ROOT / "linter" / "rules").glob("[a-z]*.py")}
    assert files == RULES.keys() == {path.stem for path in TABLES.glob("*.yaml")}
    assert len({rule.id for rule in RULES.values()}) == len(RULES)
    for rule in RULES.values():
        assert re.fullmatch(r"[EWI]97[0-9]{2}", rule.id)
        assert rule.__doc__ is None or rule.__doc__
        assert sys.modules[rule.__module__].__doc__.startswith(f"{rule.id}: ")  # type: ignore[union-attr]
        assert rule.shortdesc and rule.description.endswith((".", "tells.")) and rule.source_url.startswith("https://")
        assert rule.types and rule.fix and rule.tags


def test_cfn_lint_has_no_rule_of_these_ids() -> None:
    from cfnlint.runner import Runner

    theirs = Runner(ConfigMixIn(regions=["us-east-1"], templates=[])).rules
    assert not {rule.id for rule in RULES.values()} & {*theirs}
    assert {rule.replaces for rule in RULES.values() if rule.replaces} <= {*theirs}


def test_the_types_are_types_of_cloudformation() -> None:
    known = {*PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1"), "AWS::Serverless::Function"}
    assert [one for rule in RULES.values() for one in rule.types if one not in known] == []


@pytest.mark.parametrize("resource_type", sorted(NAMES))
def test_a_name_that_is_in_the_way_can_not_be_changed_and_other_properties_replace_too(resource_type: str) -> None:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema
    replacing = {path.rpartition("/")[2] for path in schema.get("createOnlyProperties", ())}
    assert NAMES[resource_type] in replacing
    assert replacing - {NAMES[resource_type]}


def test_configuration_says_what_production_is() -> None:
    row = {"resources": {"T": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "t"}}}}
    rule = RULES["deletion_protection"]
    assert found(rule, row) == {}
    assert list(found(rule, row, posture="production")) == ["T/Properties"]
    assert found(rule, {**row, "posture": "production"}, posture="development") == {}


def test_broken_templates_are_for_other_rules() -> None:
    odd: list[Any] = [
        None,
        1,
        "text",
        [],
        [1],
        {},
        {"Ref": "X"},
        {"Fn::GetAtt": "A.B"},
        {"Fn::Sub": []},
        {"Fn::Join": 1},
    ]
    for name_of_rule, rule in RULES.items():
        table = yaml.safe_load((TABLES / f"{name_of_rule}.yaml").read_text())
        bodies = [body for row in (*table["bad"], *table["good"]) for body in row["resources"].values()]
        names = {name for body in bodies for name in body.get("Properties", {})}
        for one in rule.types:
            for value in odd:
                resources = {
                    "A": {"Type": one, "Properties": value, "Metadata": value},
                    "B": {"Type": one, "Properties": dict.fromkeys(names, value), "Metadata": {"checkov": value}},
                    "C": {"Type": one, "Properties": {name: {"Statement": value, "X": [value]} for name in names}},
                    "D": value,
                }
                found(rule, {"resources": resources, "posture": "production"})


@pytest.mark.slow
@pytest.mark.parametrize("rules", [str(ROOT / "linter" / "rules"), linter.rules.__name__])
def test_cfn_lint_itself_loads_the_rules(tmp_path: Path, rules: str) -> None:
    properties = {"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}]}
    table = {**properties, "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}], "BillingMode": "PAY_PER_REQUEST"}
    resources = {"T": {"Type": "AWS::DynamoDB::Table", "DeletionPolicy": "Retain", "Properties": table}}
    path = tmp_path / "t.json"
    path.write_text(json.dumps({"Metadata": {"stackwright": {"posture": "production"}}, "Resources": resources}))
    command = [
        str(Path(sys.executable).with_name("cfn-lint")),
        "-t",
        str(path),
        "--append-rules",
        rules,
        "--format",
        "json",
    ]
    told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout)
    assert sorted(one["Rule"]["Id"] for one in told if one["Rule"]["Id"][1:3] == "97") == ["W9701", "W9716"]


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs" / "rules.md").read_text("utf-8") == page(), "run: make docs"
