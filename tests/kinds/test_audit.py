"""Audit: what is recorded, who may write the record, and what stays of it."""

from __future__ import annotations

import pytest

from compiler.source.json_value import Json
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
    ("settings", "code"),
    [
        ("{keep_days: 0}", "out-of-range"),
        ("{trails: 2}", "unknown-property"),
        ("{config: {frequency: hourly}}", "not-allowed"),
        ("{config: {types: [bucket]}}", "bad-value"),
        ("{config: {rules: {encrypted-volumes: {}}}}", "bad-name"),
        ("{config: {rules: {A_1: {}, A1: {}}}}", "duplicate-name"),
        ("{config: {rules: {A: {hours: 2}}}}", "not-allowed"),
        ("{data_events: {objects: none}}", "unused-setting"),
        ("{data_events: {objects: none, buckets: [shop]}}", "unused-setting"),
        ("{data_events: {buckets: [Shop]}}", "bad-value"),
    ],
)
def test_what_the_audit_can_not_be(settings: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}audit: {settings}")} == {code}


@pytest.mark.parametrize(
    ("wanted", "logical_id", "said"),
    [
        ("security_hub", "AuditSecurityHub", {"EnableDefaultStandards": True}),
        ("access_analyzer", "AuditAccessAnalyzer", {"Type": "ACCOUNT"}),
    ],
)
def test_findings_are_looked_for_on_request(wanted: str, logical_id: str, said: Json) -> None:
    assert said.items() <= built(f"{{{wanted}: true}}")[logical_id]["Properties"].items()
    assert logical_id not in built("{}")


def selectors(said: str) -> dict[str, dict[str, Json]]:
    """Name of a selector → field → what it is held against."""
    found = built(f"{{data_events: {said}}}")["AuditTrail"]["Properties"]["AdvancedEventSelectors"]
    return {
        one["Name"]: {
            field["Field"]: {key: value for key, value in field.items() if key != "Field"}
            for field in one["FieldSelectors"]
        }
        for one in found
    }


def test_data_events_come_beside_those_of_management() -> None:
    found = selectors("{objects: all, items: write, functions: true}")
    assert found["Management events"] == {"eventCategory": {"Equals": ["Management"]}}
    assert {name: one["resources.type"]["Equals"] for name, one in found.items() if "resources.type" in one} == {
        "Objects": ["AWS::S3::Object"],
        "Items of tables": ["AWS::DynamoDB::Table"],
        "Functions": ["AWS::Lambda::Function"],
    }
    assert [name for name, one in found.items() if "readOnly" in one] == ["Items of tables"]


def test_the_trail_does_not_record_its_own_files() -> None:
    own = [{"Fn::Sub": "${AuditTrailBucket.Arn}/"}]
    assert selectors("{}")["Objects"]["resources.ARN"] == {"NotStartsWith": own}


def test_data_events_of_some_buckets() -> None:
    names = [{"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::{name}/"} for name in ("shop-a", "shop-dev")]
    assert selectors("{buckets: ['shop-${env}', shop-a]}")["Objects"]["resources.ARN"] == {"StartsWith": names}


def test_nothing_is_recorded_that_costs_extra_unless_it_is_asked_for() -> None:
    found = built("{}", "prod")
    assert not {"AdvancedEventSelectors", "InsightSelectors"} & set(found["AuditTrail"]["Properties"])
    assert not [one for one in found.values() if one["Type"].startswith("AWS::Config::")]
    assert "config.amazonaws.com" not in str(found)


def test_insights() -> None:
    found = built("{insights: true}")["AuditTrail"]["Properties"]["InsightSelectors"]
    assert [one["InsightType"] for one in found] == ["ApiCallRateInsight", "ApiErrorRateInsight"]


@pytest.mark.parametrize(
    ("settings", "group"),
    [
        ("{}", {"AllSupported": True, "IncludeGlobalResourceTypes": True}),
        ("{global_resources: false}", {"AllSupported": True, "IncludeGlobalResourceTypes": False}),
        (
            "{types: [AWS::S3::Bucket]}",
            {"AllSupported": False, "IncludeGlobalResourceTypes": False, "ResourceTypes": ["AWS::S3::Bucket"]},
        ),
    ],
)
def test_what_config_records(settings: str, group: Json) -> None:
    found = built(f"{{config: {settings}}}")["AuditConfigRecorder"]
    assert found["Properties"]["RecordingGroup"] == group
    assert found["DependsOn"] == ["AuditTrailBucketPolicy"]


@pytest.mark.parametrize(
    ("settings", "environment", "frequency"),
    [("{}", "dev", "DAILY"), ("{}", "prod", "CONTINUOUS"), ("{frequency: daily}", "prod", "DAILY")],
)
def test_how_often_config_records(settings: str, environment: str, frequency: str) -> None:
    found = built(f"{{config: {settings}}}", environment)["AuditConfigRecorder"]["Properties"]
    assert found["RecordingMode"] == {"RecordingFrequency": frequency}


def test_the_recorder_and_its_channel_do_not_wait_for_each_other() -> None:
    """CloudFormation starts a recorder only when there is a channel: waiting for it would never end."""
    found = built("{config: {}}")
    channel = found["AuditConfigChannel"]
    assert channel["Properties"]["S3BucketName"] == {"Ref": "AuditTrailBucket"}
    assert channel["Properties"]["S3KmsKeyArn"] == {"Fn::GetAtt": ["AuditTrailKey", "Arn"]}
    assert "AuditConfigRecorder" not in str(channel) and "AuditConfigChannel" not in str(found["AuditConfigRecorder"])


def test_config_of_this_account_writes_its_own_files_only() -> None:
    found = built("{config: {}}")
    policy = found["AuditTrailBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    mine = [one for one in policy if one["Principal"] == {"Service": "config.amazonaws.com"}]
    assert [one["Action"] for one in mine] == [["s3:GetBucketAcl"], ["s3:ListBucket"], ["s3:PutObject"]]
    assert mine[2]["Resource"] == [{"Fn::Sub": "${AuditTrailBucket.Arn}/AWSLogs/${AWS::AccountId}/Config/*"}]
    key = found["AuditTrailKey"]["Properties"]["KeyPolicy"]["Statement"]
    (encrypts,) = [one for one in key if one["Principal"] == {"Service": "config.amazonaws.com"}]
    assert encrypts["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    for one in (*mine, encrypts):
        assert one["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}


@pytest.mark.parametrize(("settings", "there"), [("{}", False), ("{create_role: true}", True)])
def test_the_role_of_the_account_is_made_on_request(settings: str, there: bool) -> None:
    found = built(f"{{config: {settings}}}")
    assert ("AuditConfigRole" in found) is there
    assert ("AuditConfigRole" in found["AuditConfigRecorder"]["DependsOn"]) is there
    role = found["AuditConfigRecorder"]["Properties"]["RoleARN"]["Fn::Sub"]
    assert role.endswith(":role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig")


def test_rules_are_made_once_something_is_recorded() -> None:
    found = built("{config: {rules: {ACCESS_KEYS_ROTATED: {parameters: {maxAccessKeyAge: '90'}, hours: 24}}}}")
    rule = found["AuditRuleAccessKeysRotated"]
    assert rule["DependsOn"] == ["AuditConfigRecorder"]
    assert rule["Properties"] == {
        "InputParameters": {"maxAccessKeyAge": "90"},
        "MaximumExecutionFrequency": "TwentyFour_Hours",
        "Source": {"Owner": "AWS", "SourceIdentifier": "ACCESS_KEYS_ROTATED"},
    }
