"""Replacement by the resource schemas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from reviewer.differences import differences
from reviewer.replacement import Schemas, schemas_of

SCHEMA = {
    "createOnlyProperties": ["/properties/Name", "/properties/Deep/Inner", "/properties/List/*/Fixed"],
    "conditionalCreateOnlyProperties": ["/properties/Maybe"],
    "primaryIdentifier": ["/properties/Name"],
}


@pytest.fixture
def schemas(tmp_path: Path) -> Schemas:
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "x.json").write_text(json.dumps(SCHEMA))
    return Schemas(tmp_path, {"Own::A::B": "x"})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"Name": "a"}, {"Name": "b"}, "True"),
        ({"Names": "a"}, {"Names": "b"}, "False"),
        ({"Maybe": 1}, {"Maybe": 2}, "Conditional"),
        ({"Deep": {"Inner": 1}}, {"Deep": {"Inner": 2}}, "True"),
        ({"Deep": {"Inner": 1, "Other": 1}}, {"Deep": {"Inner": 1, "Other": 2}}, "False"),
        ({}, {"Deep": {"Inner": 1}}, "True"),
        ({}, {"Deep": {"Other": 1}}, "False"),
        ({"Deep": {"Inner": 1}}, {"Deep": {"Ref": "X"}}, "True"),
        ({"List": [{"Fixed": 1}]}, {"List": [{"Fixed": 2}]}, "True"),
        ({"List": [{"Loose": 1}]}, {"List": [{"Loose": 2}]}, "False"),
        ({"List": []}, {"List": [{"Fixed": 2}]}, "True"),
        ({"Name": {"Deeper": 1}}, {"Name": {"Deeper": 2}}, "True"),
    ],
)
def test_pointers_lead_to_or_into_the_difference(schemas: Schemas, before: Json, after: Json, expected: str) -> None:
    ((path, old, new),) = differences(before, after)
    assert schemas.replacement("Own::A::B", path, (old, new)) == expected


def test_a_type_without_schema_is_unknown(schemas: Schemas) -> None:
    assert schemas.replacement("Custom::Thing", ("A",), (1, 2)) == "Conditional"
    assert schemas.named("Custom::Thing", {"Name": "x"}) == ()


def test_a_step_of_a_deployment_is_never_replaced(schemas: Schemas) -> None:
    assert schemas.replacement("Custom::DeployStep", ("With",), ("1", "2")) == "False"


def test_a_condition_names_the_property_and_what_is_not_known(schemas: Schemas) -> None:
    assert schemas.condition("Own::A::B", "Maybe") == "Maybe can't be changed in place"
    unknown = "A can't be changed in place (unknown: there is no schema of Custom::Thing)"
    assert schemas.condition("Custom::Thing", "A") == unknown


def test_a_name_of_its_own_needs_the_whole_identifier(schemas: Schemas) -> None:
    assert schemas.named("Own::A::B", {"Name": "x"}) == ("Name",)
    assert schemas.named("Own::A::B", {}) == ()


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "mars-north-1"])
def test_the_shipped_schemas_are_found_for_any_region(region: str) -> None:
    shipped = schemas_of(region)
    assert shipped.replacement("AWS::SQS::Queue", ("QueueName",), ("a", "b")) == "True"
    assert shipped.replacement("AWS::SQS::Queue", ("DelaySeconds",), (1, 2)) == "False"
