"""Existing resources are imported into nested stacks of the sandbox, by change sets that are reviewed and executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from deployer.apply import apply_plan
from deployer.environment import Plans
from deployer.errors import DeployError
from deployer.importing.plan_import import Imports, plan_import
from deployer.importing.targets import Wanted, targets
from deployer.plan import make_plan
from deployer.plan_file import read_plan, write_plan
from deployer.plan_view import plan_text
from deployer.publish import AS_SPECIFIED
from deployer.recovery.recover import Wish, plan_recovery, recover
from deployer.session import Aws
from reviewer.view import Shown
from tests.deployer.imports import (
    BUCKET,
    KEY,
    TABLE,
    data,
    demo,
    deploy,
    hand_made_table,
    imported,
    physical,
    planned,
    properties_of,
)
from tests.deployer.platforms import FAILING, HANDLE, messaging

POLICY = {
    "Type": "AWS::S3::BucketPolicy",
    "Properties": {"Bucket": {"Ref": "MediaBucket"}, "PolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}
AFTER_BUCKET = {**FAILING, "DependsOn": "MediaBucket"}


def test_a_bucket_made_by_hand_comes_under_a_deployed_platform(aws: Aws, spec_dir: Path) -> None:
    deploy(demo("adopting", messaging(), data(OrdersTable=TABLE)), spec_dir, aws)
    aws.s3.create_bucket(Bucket="adopting-media")
    wanted = demo("adopting", messaging(), data(OrdersTable=TABLE, MediaBucket=BUCKET, MediaBucketPolicy=POLICY))

    (plan,) = planned(wanted, aws, buckets__media="adopting-media").plans
    text = plan_text(plan, Shown(everything=True, raw=True))
    assert "← buckets.media  imported  MediaBucket is adopting-media" in text
    assert "Import DataStack/MediaBucket (AWS::S3::Bucket)" in text
    assert "buckets.media: the next deployment creates what goes with it: MediaBucketPolicy" in text

    outcome = apply_plan(plan, aws)
    assert (outcome.status, outcome.succeeded) == ("IMPORT_COMPLETE", True)
    assert physical(aws, wanted, "DataStack")["MediaBucket"] == "adopting-media"

    following = make_plan(wanted, spec_dir, aws)
    assert [(one.action, one.logical_id) for one in following.review.changes] == [("Add", "MediaBucketPolicy")]
    assert [(one.component, one.effect) for one in following.review.components] == [("buckets.media", "update")]
    assert apply_plan(following, aws).succeeded
    assert make_plan(wanted, spec_dir, aws).empty
    assert aws.s3.get_bucket_policy(Bucket="adopting-media")


def test_several_resources_of_several_stacks_are_one_change_set_each(aws: Aws, spec_dir: Path) -> None:
    deploy(demo("several", messaging(), data(OldTable=TABLE)), spec_dir, aws)
    aws.client("sqs", aws.region).create_queue(QueueName="several-mails")
    hand_made_table(aws, "several-orders")
    aws.s3.create_bucket(Bucket="several-media")
    more = messaging(MailsQueue={"Type": "AWS::SQS::Queue"})
    more = replace(more, origins={**more.origins, "MailsQueue": "queues.mails"})
    wanted = demo("several", more, data(OldTable=TABLE, OrdersTable=TABLE, MediaBucket=BUCKET))

    wishes = {"queues__mails": "several-mails", "tables__orders": "several-orders", "buckets__media": "several-media"}
    outcomes = imported(wanted, aws, **wishes)
    assert [one.status for one in outcomes] == ["IMPORT_COMPLETE", "IMPORT_COMPLETE"]
    assert physical(aws, wanted, "MessagingStack")["MailsQueue"].endswith("/several-mails")
    found = physical(aws, wanted, "DataStack")
    assert (found["OrdersTable"], found["MediaBucket"]) == ("several-orders", "several-media")
    assert deploy(wanted, spec_dir, aws).succeeded
    assert make_plan(wanted, spec_dir, aws).empty
    assert physical(aws, wanted, "MessagingStack")["MailsQueue"].endswith("/several-mails")


def test_a_platform_that_is_not_deployed_gets_empty_stacks_first(aws: Aws, spec_dir: Path) -> None:
    """What is left of a removed platform comes back under a new one."""
    hand_made_table(aws, "fresh-orders")
    wanted = demo("fresh", messaging(), data(OrdersTable=TABLE))
    room = planned(wanted, aws, tables__orders="fresh-orders")
    assert room.further
    (plan,) = room.plans
    assert [(one.action, one.logical_id) for one in plan.review.changes] == [("Add", "DataStack")]
    assert "+ (import placeholder)  created" in plan_text(plan)
    assert apply_plan(plan, aws).status == "CREATE_COMPLETE"

    (outcome,) = imported(wanted, aws, tables__orders="fresh-orders")
    assert outcome.status == "IMPORT_COMPLETE"
    following = make_plan(wanted, spec_dir, aws)
    changes = {(one.action, one.logical_id) for one in following.review.changes}
    assert changes == {("Remove", "ImportPlaceholder"), ("Add", "JobsQueue")}
    assert following.review.approvals == {}
    rows = {(one.component, one.effect) for one in following.review.components}
    assert rows == {("(import placeholder)", "remove"), ("queues.jobs", "create")}
    assert "- (import placeholder)  removed" in plan_text(following)
    assert apply_plan(following, aws).succeeded
    assert physical(aws, wanted, "DataStack") == {"OrdersTable": "fresh-orders"}
    assert make_plan(wanted, spec_dir, aws).empty


def test_a_new_nested_stack_is_added_to_a_deployed_root(aws: Aws, spec_dir: Path) -> None:
    deploy(demo("grown", messaging()), spec_dir, aws)
    aws.s3.create_bucket(Bucket="grown-media")
    wanted = demo("grown", messaging(), data(MediaBucket=BUCKET))
    room = planned(wanted, aws, buckets__media="grown-media")
    assert (room.further, room.plans[0].request.kind) == (True, "UPDATE")
    assert apply_plan(room.plans[0], aws).status == "UPDATE_COMPLETE"
    assert [one.status for one in imported(wanted, aws, buckets__media="grown-media")] == ["IMPORT_COMPLETE"]
    following = make_plan(wanted, spec_dir, aws)
    assert [(one.component, one.effect) for one in following.review.components] == [("(import placeholder)", "remove")]
    assert apply_plan(following, aws).succeeded
    assert make_plan(wanted, spec_dir, aws).empty


def test_an_import_that_is_repeated_does_what_is_left(aws: Aws, spec_dir: Path) -> None:
    deploy(demo("repeated", data(OldTable=TABLE)), spec_dir, aws)
    hand_made_table(aws, "repeated-orders")
    aws.s3.create_bucket(Bucket="repeated-media")
    wanted = demo("repeated", data(OldTable=TABLE, OrdersTable=TABLE, MediaBucket=BUCKET))
    assert [one.status for one in imported(wanted, aws, tables__orders="repeated-orders")] == ["IMPORT_COMPLETE"]
    both = {"tables__orders": "repeated-orders", "buckets__media": "repeated-media"}
    (plan,) = planned(wanted, aws, **both).plans
    assert [one.logical_id for one in plan.review.changes] == ["MediaBucket"]
    assert apply_plan(plan, aws).succeeded
    assert planned(wanted, aws, **both) == Imports(())
    with pytest.raises(DeployError, match="is deployed already: repeated-orders"):
        planned(wanted, aws, tables__orders="another")


def test_a_taken_name_is_told_with_the_command_that_imports_it(aws: Aws, spec_dir: Path) -> None:
    hand_made_table(aws, "taken-orders")
    named = {**TABLE, "Properties": {**properties_of(TABLE), "TableName": "taken-orders"}}
    wanted = demo("taken", data(OrdersTable=named))
    failed = deploy(wanted, spec_dir, aws)
    assert failed.status == "ROLLBACK_COMPLETE"
    (fault,) = failed.diagnostics
    command = "stackwright import SPEC --env dev tables.orders/OrdersTable=taken-orders"
    assert fault.suggestion.endswith(f"or bring it under the platform with `import`: {command}")

    with pytest.raises(DeployError) as caught:
        planned(wanted, aws, tables__orders="taken-orders")
    assert caught.value.hint == "delete what the failed creation left, with `recover`, then import"
    assert recover(plan_recovery(aws, "taken", Wish()), aws).succeeded
    for _ in range(2):
        assert all(outcome.succeeded for outcome in imported(wanted, aws, tables__orders="taken-orders"))
    assert deploy(wanted, spec_dir, aws).succeeded
    assert make_plan(wanted, spec_dir, aws).empty


def test_what_a_failed_creation_retains_is_told_with_both_commands(aws: Aws, spec_dir: Path) -> None:
    failed = deploy(demo("leaving", data(MediaBucket=BUCKET, Handle=HANDLE, Broken=AFTER_BUCKET)), spec_dir, aws)
    assert failed.status == "ROLLBACK_COMPLETE"
    (left,) = failed.retained
    name = left.partition(" is retained as ")[2].partition(";")[0]
    assert f"stackwright import SPEC --env dev buckets.media/MediaBucket={name}; or" in left
    assert left.endswith(f"aws cloudcontrol delete-resource --type-name AWS::S3::Bucket --identifier {name}")

    assert recover(plan_recovery(aws, "leaving", Wish()), aws).succeeded
    wanted = demo("leaving", data(MediaBucket=BUCKET))
    for _ in range(2):
        assert all(outcome.succeeded for outcome in imported(wanted, aws, buckets__media=name))
    assert physical(aws, wanted, "DataStack")["MediaBucket"] == name


def test_a_resource_of_another_stack_is_refused(aws: Aws, spec_dir: Path) -> None:
    deploy(demo("owner", data(OrdersTable=TABLE)), spec_dir, aws)
    name = physical(aws, demo("owner"), "DataStack")["OrdersTable"]
    deploy(demo("claimer", data(OldTable=TABLE)), spec_dir, aws)
    with pytest.raises(DeployError, match="already exists in stack"):
        planned(demo("claimer", data(OldTable=TABLE, OrdersTable=TABLE)), aws, tables__orders=name)


def test_an_import_can_be_saved_and_applied_later(aws: Aws, spec_dir: Path) -> None:
    deploy(demo("saved", data(OldTable=TABLE)), spec_dir, aws)
    hand_made_table(aws, "saved-orders")
    wanted = demo("saved", data(OldTable=TABLE, OrdersTable=TABLE))
    plans = Plans(planned(wanted, aws, tables__orders="saved-orders").plans)
    file = spec_dir / "import.plan"
    write_plan(plans, file)
    assert read_plan(file) == plans
    (read,) = read_plan(file).plans
    assert apply_plan(read, aws).status == "IMPORT_COMPLETE"
    again = apply_plan(read, aws)
    assert (again.succeeded, again.notes[0].startswith("an earlier run has executed this plan")) == (True, True)


def test_an_import_that_fails_is_undone(aws: Aws, spec_dir: Path) -> None:
    """The resource goes between the plan and the import."""
    deploy(demo("late", data(OldTable=TABLE)), spec_dir, aws)
    hand_made_table(aws, "late-orders")
    wanted = demo("late", data(OldTable=TABLE, OrdersTable=TABLE))
    (plan,) = planned(wanted, aws, tables__orders="late-orders").plans
    aws.client("dynamodb", aws.region).delete_table(TableName="late-orders")
    outcome = apply_plan(plan, aws)
    assert (outcome.status, outcome.succeeded) == ("IMPORT_ROLLBACK_COMPLETE", False)
    (fault,) = outcome.diagnostics
    assert (fault.component, fault.message) == (
        "tables.orders",
        "IMPORT_FAILED: Table: late-orders does not exist.",
    )
    assert deploy(wanted, spec_dir, aws).succeeded


def hand_made(aws: Aws) -> dict[str, str]:
    """Resources made by calls of their services: logical id → what a person would call it."""
    region = aws.region
    pool = aws.client("cognito-idp", region).create_user_pool(PoolName="kinds-people")["UserPool"]["Id"]
    aws.client("cognito-idp", region).create_user_pool_client(UserPoolId=pool, ClientName="web")
    (client,) = aws.client("cognito-idp", region).list_user_pool_clients(UserPoolId=pool)["UserPoolClients"]
    key = aws.client("kms", region).create_key()["KeyMetadata"]["KeyId"]
    aws.client("kms", region).create_alias(AliasName="alias/kinds", TargetKeyId=key)
    aws.client("sns", region).create_topic(Name="kinds-alerts")
    aws.client("logs", region).create_log_group(logGroupName="/kinds/web")
    aws.client("ssm", region).put_parameter(Name="/kinds/level", Value="1", Type="String")
    aws.client("iam", region).create_role(RoleName="kinds-worker", AssumeRolePolicyDocument="{}")
    return {
        "People": "kinds-people",
        "Web": f"{pool}|{client['ClientId']}",
        "Key": "alias/kinds",
        "Alerts": "kinds-alerts",
        "Logs": "/kinds/web",
        "Level": "/kinds/level",
        "Worker": "kinds-worker",
        "Address": "203.0.113.7|eipalloc-1",
    }


KINDS: Mapping[str, Json] = {
    "People": {"Type": "AWS::Cognito::UserPool", "DeletionPolicy": "Retain"},
    "Web": {"Type": "AWS::Cognito::UserPoolClient", "Properties": {"UserPoolId": {"Ref": "People"}}},
    "Key": KEY,
    "Alerts": {"Type": "AWS::SNS::Topic"},
    "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/kinds/web"}},
    "Level": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "1"}},
    "Worker": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}},
    "Address": {"Type": "AWS::EC2::EIP"},
}


def test_many_types_are_imported_by_their_names(aws: Aws, spec_dir: Path) -> None:
    """Those that the sandbox emulates have to be there; an address it only records."""
    deploy(demo("kinds", data(OldTable=TABLE)), spec_dir, aws)
    names = hand_made(aws)
    wanted = demo("kinds", data(OldTable=TABLE, **KINDS))
    wishes = [Wanted("buckets.media", logical_id, name) for logical_id, name in names.items()]
    (plan,) = plan_import(aws, wanted, targets([wanted], wishes), AS_SPECIFIED).plans
    assert apply_plan(plan, aws).status == "IMPORT_COMPLETE"
    found = physical(aws, wanted, "DataStack")
    assert found["Alerts"] == f"arn:aws:sns:{aws.region}:{aws.account}:kinds-alerts"
    assert found["Web"] == names["Web"].partition("|")[2]
    assert found["People"] == names["Web"].partition("|")[0]
    assert found["Address"] == names["Address"]
    following = make_plan(wanted, spec_dir, aws)
    assert {(one.action, one.replacement) for one in following.review.changes} <= {("Modify", "False")}
    assert apply_plan(following, aws).succeeded
    assert physical(aws, wanted, "DataStack") == found
    assert make_plan(wanted, spec_dir, aws).empty
