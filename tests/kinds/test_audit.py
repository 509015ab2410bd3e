"""Audit: what is recorded, who may write the record, and what stays of it."""

from __future__ import annotations

import pytest

from compiler.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = """
platform: demo
environments:
  dev: {posture: development}
  prod: {posture: production}
"""
TRAIL = {"Fn::Sub": "arn:${AWS::Partition}:cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/demo-dev"}


def built(settings: str, environment: str = "dev") -> dict[str, Json]:
    return dict(resources(compiled(f"{HEAD}audit: {settings}", environment)))


def test_the_trail_records_validates_and_encrypts() -> None:
    trail = built("{}")["AuditTrail"]
    properties = trail["Properties"]
    assert all(properties[name] for name in ("IsLogging", "EnableLogFileValidation", "IncludeGlobalServiceEvents"))
    assert properties["KMSKeyId"] == {"Fn::GetAtt": ["AuditTrailKey", "Arn"]}
    assert properties["CloudWatchLogsLogGroupArn"] == {"Fn::GetAtt": ["AuditTrailLogGroup", "Arn"]}
    assert trail["DependsOn"] == ["AuditTrailBucketPolicy"]


def test_only_the_trail_writes_to_its_bucket() -> None:
    found = built("{}")
    deny, look, write = found["AuditTrailBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (deny["Effect"], deny["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert look["Condition"] == {"StringEquals": {"aws:SourceArn": TRAIL}}
    assert write["Action"] == ["s3:PutObject"]
    assert write["Condition"]["StringEquals"]["aws:SourceArn"] == TRAIL
    block = found["AuditTrailBucket"]["Properties"]["PublicAccessBlockConfiguration"]
    assert list(block.values()) == [True] * 4


def test_only_the_trail_encrypts_with_its_key() -> None:
    statements = built("{}")["AuditTrailKey"]["Properties"]["KeyPolicy"]["Statement"]
    services = [one for one in statements if one["Principal"] == {"Service": "cloudtrail.amazonaws.com"}]
    assert [one["Action"] for one in services] == [["kms:GenerateDataKey*"], ["kms:DescribeKey"]]
    assert all(one["Condition"]["StringEquals"] == {"aws:SourceArn": TRAIL} for one in services)


def test_the_role_writes_to_the_log_group_only() -> None:
    role = built("{}")["AuditTrailRole"]["Properties"]
    (statement,) = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert statement["Resource"] == [{"Fn::GetAtt": ["AuditTrailLogGroup", "Arn"]}]


@pytest.mark.parametrize(("environment", "all_regions", "policy"), [("dev", False, "Delete"), ("prod", True, "Retain")])
def test_the_posture_decides(environment: str, all_regions: bool, policy: str) -> None:
    found = built("{}", environment)
    assert found["AuditTrail"]["Properties"]["IsMultiRegionTrail"] is all_regions
    assert found["AuditTrailBucket"]["DeletionPolicy"] == found["AuditTrailKey"]["DeletionPolicy"] == policy


def test_files_go_after_their_days() -> None:
    rules = built("{keep_days: 40}")["AuditTrailBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert [rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule] == [40]


def test_guardduty_is_there_when_it_is_wanted() -> None:
    assert built("{guardduty: true}")["AuditDetector"]["Properties"]["Enable"] is True
    assert "AuditDetector" not in built("{}")


@pytest.mark.parametrize(
    ("settings", "code"), [("{keep_days: 0}", "out-of-range"), ("{trails: 2}", "unknown-property")]
)
def test_what_the_audit_can_not_be(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}audit: {settings}")} == {code}
