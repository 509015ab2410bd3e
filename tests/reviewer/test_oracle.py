"""What a change does to its resource, against an independent implementation by AWS: @aws-cdk/cloudformation-diff.

`oracle/cases.json` has a change of each kind of property of each resource type of the reference platforms,
`oracle/effects.json` what the package says of it; `oracle/effects.mjs` writes that file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import boto3
import pytest

from compiler.source.json_value import Json
from reviewer.compare import compare
from reviewer.conditions import DECIDED, TAKEN_ONCE
from tests.reviewer.programs import compiled, deployed

FOLDER = Path(__file__).parent / "oracle"
CASES: list[Json] = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))
RECORDED: Json = json.loads((FOLDER / "effects.json").read_text(encoding="utf-8"))
EFFECTS = {"False": "WILL_UPDATE", "Conditional": "MAY_REPLACE", "True": "WILL_REPLACE"}

_NESTED = (
    "only a part of it can't be changed, by the schema's createOnlyProperties; the oracle knows properties as a whole"
)
_TAKEN = "the modify call takes it, which test_the_services_take_what_is_told_to_be_in_place proves"
OURS_IS_RIGHT: Mapping[tuple[str, str], tuple[str, str]] = {
    ("AWS::EC2::VPCEndpoint", "DnsOptions"): ("WILL_REPLACE", _NESTED),
    ("AWS::ECS::Service", "DeploymentController"): ("WILL_UPDATE", _TAKEN),
    ("AWS::ECS::Service", "LaunchType"): (
        "MAY_REPLACE",
        "the schema is newer: a change to a capacity provider is in place",
    ),
    ("AWS::ElastiCache::User", "Engine"): ("WILL_UPDATE", _TAKEN),
    ("AWS::ElastiCache::UserGroup", "Engine"): ("WILL_UPDATE", _TAKEN),
    ("AWS::Lambda::Function", "DurableConfig"): ("MAY_REPLACE", "the schema says so of turning it on or off"),
    ("AWS::RDS::DBInstance", "AutoMinorVersionUpgrade"): ("WILL_UPDATE", _TAKEN),
    ("AWS::RDS::DBInstance", "BackupRetentionPeriod"): ("WILL_UPDATE", _TAKEN),
    ("AWS::RDS::DBInstance", "DBParameterGroupName"): ("WILL_UPDATE", _TAKEN),
    ("AWS::RDS::DBInstance", "MultiAZ"): ("WILL_UPDATE", _TAKEN),
    ("AWS::RDS::DBInstance", "PreferredMaintenanceWindow"): ("WILL_UPDATE", _TAKEN),
    ("AWS::Route53::HealthCheck", "HealthCheckConfig"): ("WILL_REPLACE", _NESTED),
    ("AWS::Route53::HostedZone", "DelegationSetId"): ("WILL_REPLACE", "the oracle does not know the property"),
    ("AWS::SNS::Subscription", "Region"): ("MAY_REPLACE", "the schema says so"),
}
"""Type and property → what we say where the oracle says something else, and why."""

CALLS: Mapping[tuple[str, str], tuple[str, str, str]] = {
    ("AWS::CertificateManager::Certificate", "ValidationMethod"): (
        "acm",
        "UpdateCertificateOptions",
        "ValidationMethod",
    ),
    ("AWS::DynamoDB::GlobalTable", "KeySchema"): ("dynamodb", "UpdateTable", "KeySchema"),
    ("AWS::DynamoDB::GlobalTable", "LocalSecondaryIndexes"): ("dynamodb", "UpdateTable", "LocalSecondaryIndexes"),
    ("AWS::DynamoDB::Table", "KeySchema"): ("dynamodb", "UpdateTable", "KeySchema"),
    ("AWS::EC2::EIP", "Domain"): ("ec2", "ModifyAddressAttribute", "Domain"),
    ("AWS::ECS::Service", "DeploymentController"): ("ecs", "UpdateService", "deploymentController"),
    ("AWS::ElastiCache::User", "Engine"): ("elasticache", "ModifyUser", "Engine"),
    ("AWS::ElastiCache::UserGroup", "Engine"): ("elasticache", "ModifyUserGroup", "Engine"),
    **{key: ("rds", "ModifyDBInstance", key[1]) for key in (*DECIDED, *TAKEN_ONCE) if key[0] == "AWS::RDS::DBInstance"},
}
"""Type and property → the call that would change it in place, and its parameter."""


def name_of(case: Json) -> tuple[str, str]:
    return case["type"], next(iter(case["after"]))


def ours(case: Json) -> str:
    before, after = (
        compiled({"Resources": {"It": {"Type": case["type"], "Properties": case[side]}}})
        for side in ("before", "after")
    )
    changes = compare(deployed(before), after, {})
    return EFFECTS[changes[0].replacement] if changes else "NO_CHANGE"


@pytest.mark.parametrize(
    "index", range(len(CASES)), ids=lambda index: "-".join(map(str, (*name_of(CASES[index]), index)))
)
def test_the_effect_is_the_oracles_or_the_table_says_why_not(index: int) -> None:
    case, theirs = CASES[index], RECORDED["effects"][index]
    known = OURS_IS_RIGHT.get(name_of(case))
    found = ours(case)
    assert found in (theirs, known[0]) if known else found == theirs


def test_every_exception_is_one() -> None:
    differing = {name_of(case) for case, theirs in zip(CASES, RECORDED["effects"], strict=True) if ours(case) != theirs}
    assert differing == OURS_IS_RIGHT.keys()


def test_the_table_is_large_and_pinned() -> None:
    assert len(CASES) == len(RECORDED["effects"]) >= 80
    assert {*RECORDED["effects"]} == {"NO_CHANGE", *EFFECTS.values()}
    version = RECORDED["packages"]["@aws-cdk/cloudformation-diff"]
    assert f"@aws-cdk/cloudformation-diff@{version}" in (FOLDER / "effects.mjs").read_text(encoding="utf-8")


@pytest.mark.parametrize(("kind", "name"), CALLS)
def test_the_services_take_what_is_told_to_be_in_place(kind: str, name: str) -> None:
    """By botocore's model: the call has the parameter, or has none where a change is told to replace."""
    service, operation, parameter = CALLS[kind, name]
    model = boto3.Session("x", "x", region_name="us-east-1").client(service).meta.service_model
    shape = model.operation_model(operation).input_shape
    assert shape is not None
    degree = DECIDED.get((kind, name), ("False", ""))[0]
    assert (parameter in shape.members) is (degree == "False")


def test_every_decision_names_its_call_and_its_source() -> None:
    assert DECIDED.keys() | TAKEN_ONCE.keys() <= CALLS.keys()
    assert all(source.startswith("https://docs.aws.amazon.com/") for _, source in DECIDED.values())
