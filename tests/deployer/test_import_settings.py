"""What an import leaves out, compares and refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from deployer.apply import apply_plan
from deployer.deployed import find_stack, nested_stacks
from deployer.errors import REFUSED, DeployError
from deployer.importing.actual import differing
from deployer.importing.names import check_names
from deployer.importing.plan_import import plan_import
from deployer.importing.targets import Target, Wanted, targets
from deployer.plan import make_plan
from deployer.publish import AS_SPECIFIED
from deployer.session import Aws
from tests.deployer.imports import (
    BUCKET,
    KEY,
    TABLE,
    data,
    demo,
    deploy,
    hand_made_table,
    physical,
    planned,
    properties_of,
)

FIXED = {
    "Type": "AWS::RDS::DBInstance",
    "DeletionPolicy": "Snapshot",
    "Properties": {"Engine": "postgres", "KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]}},
}


def test_properties_wait_for_what_they_refer_to(aws: Aws, spec_dir: Path) -> None:
    """A table's encryption can be set later; the key of a database can't."""
    deploy(demo("waiting", data(OldTable=TABLE)), spec_dir, aws)
    hand_made_table(aws, "waiting-orders")
    encrypted = {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}
    table = {**TABLE, "Properties": {**properties_of(TABLE), "SSESpecification": encrypted}}
    wanted = demo("waiting", data(OldTable=TABLE, OrdersTable=table, Key=KEY))
    (plan,) = planned(wanted, aws, tables__orders="waiting-orders").plans
    expected = "tables.orders: the next deployment sets SSESpecification of OrdersTable"
    assert expected in plan.review.notes
    assert apply_plan(plan, aws).succeeded
    following = make_plan(wanted, spec_dir, aws)
    changed = {(one.action, one.logical_id, one.replacement) for one in following.review.changes}
    assert changed == {("Add", "Key", ""), ("Modify", "OrdersTable", "False")}
    assert apply_plan(following, aws).succeeded
    assert physical(aws, wanted, "DataStack")["OrdersTable"] == "waiting-orders"
    assert make_plan(wanted, spec_dir, aws).empty


def test_what_can_t_be_imported_is_refused_with_what_to_do(aws: Aws, spec_dir: Path) -> None:
    policy = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": ["q"], "PolicyDocument": {}}}
    named = {**TABLE, "Properties": {**properties_of(TABLE), "TableName": "users"}}
    more = data(OrdersTable=TABLE, MainTable=FIXED, Key=KEY, OddTable=policy, NamedTable=named)
    deploy(demo("refusing", data(OldTable=TABLE)), spec_dir, aws)
    compiled = demo("refusing", more)
    cases = [
        (Wanted("tables.orders", "", "no-such-table"), "change-set-rejected", "Table: no-such-table does not exist."),
        (
            Wanted("tables.orders", "MainTable", "x"),
            "import-needs-first",
            "before Key exists in its stack",
        ),
        (
            Wanted("tables.orders", "NamedTable", "orders"),
            "name-differs",
            "TableName of NamedTable is 'users' by the spec",
        ),
        (Wanted("tables.orders", "OddTable", "x"), "not-importable", "AWS::SQS::QueuePolicy, as OddTable is"),
    ]
    for wish, code, message in cases:
        with pytest.raises(DeployError) as caught:
            plan_import(aws, compiled, targets([compiled], [wish]), AS_SPECIFIED)
        fault = caught.value.diagnostics[0]
        assert (fault.code, fault.component, caught.value.exit_code) == (code, "tables.orders", REFUSED)
        assert message in fault.message and fault.suggestion
    old = demo("refusing", data(OldTable=TABLE))
    with pytest.raises(DeployError) as caught:
        plan_import(aws, old, targets([old], [Wanted("tables.orders", "OldTable", "x")]), AS_SPECIFIED)
    assert caught.value.diagnostics[0].code == "already-deployed"
    assert caught.value.message.startswith("OldTable of tables.orders is deployed already: refusing-DataStack-")
    assert change_sets(aws, "refusing") == []


def change_sets(aws: Aws, name: str) -> list[str]:
    root = find_stack(aws, name)
    assert root is not None
    stacks = [root.id, *nested_stacks(aws, root.id).values()]
    found = [aws.cloudformation.list_change_sets(StackName=stack)["Summaries"] for stack in stacks]
    return [one["Status"] for each in found for one in each if one["ExecutionStatus"] == "AVAILABLE"]


def test_what_would_be_deleted_with_its_component_is_told(aws: Aws, spec_dir: Path) -> None:
    deploy(demo("careless", data(OldTable=TABLE)), spec_dir, aws)
    hand_made_table(aws, "careless-orders")
    wanted = demo("careless", data(OldTable=TABLE, OrdersTable={**TABLE, "DeletionPolicy": "Delete"}))
    (plan,) = planned(wanted, aws, tables__orders="careless-orders").plans
    told = "the data of OrdersTable is deleted when it is removed, as its deletion policy is Delete"
    assert f"tables.orders: {told}" in plan.review.notes


@pytest.mark.parametrize(
    ("kind", "name", "identifier", "fits"),
    [
        ("AWS::SQS::Queue", {"QueueName": "jobs"}, {"QueueUrl": "https://sqs/1/jobs"}, True),
        ("AWS::SQS::Queue", {"QueueName": "jobs"}, {"QueueUrl": "https://sqs/1/others"}, False),
        ("AWS::SNS::Topic", {"TopicName": "jobs"}, {"TopicArn": "arn:aws:sns:x:1:jobs"}, True),
        ("AWS::SNS::Topic", {"TopicName": "jobs"}, {"TopicArn": "arn:aws:sns:x:1:others"}, False),
        ("AWS::SNS::Topic", {}, {"TopicArn": "arn:aws:sns:x:1:others"}, True),
        ("AWS::S3::Bucket", {"BucketName": {"Fn::Sub": "a-${AWS::Region}"}}, {"BucketName": "others"}, True),
    ],
)
def test_names_that_the_template_gives_are_compared(
    kind: str, name: Mapping[str, Json], identifier: Mapping[str, str], fits: bool
) -> None:
    target = Target("queues.jobs", "us-east-1", "", "Jobs", {"Type": kind, "Properties": name}, "")
    if fits:
        check_names(target, identifier)
        return
    with pytest.raises(DeployError, match="by the spec, and 'others' is to be imported"):
        check_names(target, identifier)


def test_settings_that_differ_are_told(aws: Aws, spec_dir: Path) -> None:
    """Cloud Control of the sandbox knows what was made by it alone: the bucket is made twice."""
    deploy(demo("differing", data(OldTable=TABLE)), spec_dir, aws)
    aws.s3.create_bucket(Bucket="differing-media")
    hand_made_table(aws, "differing-orders")
    real = {"BucketName": "differing-media", "VersioningConfiguration": {"Status": "Suspended"}, "Tags": []}
    made = {"TypeName": "AWS::S3::Bucket", "DesiredState": json.dumps(real)}
    aws.client("cloudcontrol", aws.region).create_resource(**made)
    settings = {"VersioningConfiguration": {"Status": "Enabled"}, "BucketName": "differing-media"}
    bucket = {**BUCKET, "Properties": {**settings, "Tags": [{"Key": "a", "Value": "b"}], "ObjectLockEnabled": True}}
    wanted = demo("differing", data(OldTable=TABLE, MediaBucket=bucket, OrdersTable=TABLE))
    (plan,) = planned(wanted, aws, buckets__media="differing-media", tables__orders="differing-orders").plans
    told = [note for note in plan.review.notes if "by the spec" in note or "could not" in note]
    assert told == [
        "buckets.media: VersioningConfiguration of MediaBucket "
        'is {"Status": "Suspended"}, by the spec {"Status": "Enabled"}',
        "buckets.media: ObjectLockEnabled of MediaBucket is not set, by the spec true",
        "the settings of OrdersTable could not be read: look for drift after the import",
    ]


@pytest.mark.parametrize(
    ("wanted", "actual", "same"),
    [
        ({"A": 5}, {"A": "5"}, True),
        ({"A": True}, {"A": "true"}, True),
        ({"A": {"B": 1}}, {"A": {"B": 1, "C": 2}}, True),
        ({"A": {"B": 1}}, {"A": {"C": 2}}, False),
        ({"A": [1, 2]}, {"A": [2, 1]}, True),
        ({"A": [1, 2]}, {"A": [1, 2, 3]}, False),
        ({"A": ["x"]}, {"A": "x"}, True),
        ({"A": "x"}, {"A": ["x"]}, True),
        ({"A": {"Ref": "Key"}}, {"A": "k"}, True),
        ({"A": {"Fn::Sub": "x-${AWS::Region}"}}, {"A": "x-us-east-1"}, True),
        ({"A": 1}, {}, False),
        ({"Tags": [1]}, {}, True),
        ({"MasterUserPassword": "x"}, {}, True),
    ],
)
def test_only_what_the_template_sets_is_compared(
    wanted: Mapping[str, Json], actual: Mapping[str, Json], same: bool
) -> None:
    target = Target("databases.main", "us-east-1", "", "Main", {"Type": "AWS::RDS::DBInstance"}, "")
    assert (list(differing(target, wanted, actual)) == []) is same


def test_what_may_be_secret_is_not_shown() -> None:
    target = Target("functions.api", "us-east-1", "", "Api", {"Type": "AWS::Lambda::Function"}, "")
    (told,) = differing(
        target, {"Environment": {"Variables": {"A": "1"}}}, {"Environment": {"Variables": {"A": "hidden"}}}
    )
    assert told == "functions.api: Environment of Api differs from the spec (not shown)"
    several = dict.fromkeys("ABCDEFGH", 1)
    assert list(differing(target, several, {}))[-1] == "functions.api: 2 more settings of Api differ from the spec"
