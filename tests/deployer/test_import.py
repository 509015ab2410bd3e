"""Existing resources are imported into nested stacks of the sandbox, by change sets that are reviewed and executed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from deployer.apply import apply_plan
from deployer.deployed import find_stack, nested_stacks, stack_resources
from deployer.errors import REFUSED, DeployError
from deployer.importing.plan_import import Imports, plan_import
from deployer.importing.targets import Wanted, targets
from deployer.outcome import Outcome
from deployer.plan import make_plan
from deployer.plan_view import plan_text
from deployer.publish import AS_SPECIFIED
from deployer.session import Aws
from reviewer.view import Shown
from tests.deployer.platforms import messaging, platform

BUCKET = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "DeletionPolicy": "Retain",
    "Properties": {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
}
POLICY = {
    "Type": "AWS::S3::BucketPolicy",
    "Properties": {"Bucket": {"Ref": "MediaBucket"}, "PolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}


def data(**resources: Json) -> Template:
    origins = {name: "tables.orders" if "Table" in name else "buckets.media" for name in resources}
    return Template("data", "DataStack", {"Resources": resources, "Outputs": {}}, origins)


def demo(name: str, *children: Template) -> Compiled:
    mains = {"queues.jobs": "JobsQueue", "queues.mails": "MailsQueue"}
    mains |= {"buckets.media": "MediaBucket", "tables.orders": "OrdersTable"}
    return replace(platform(name, *children), mains=mains)


def deploy(compiled: Compiled, spec_dir: Path, aws: Aws) -> Outcome:
    return apply_plan(make_plan(compiled, spec_dir, aws), aws)


def planned(compiled: Compiled, aws: Aws, **wanted: str) -> Imports:
    wishes = [Wanted(component.replace("__", "."), "", value) for component, value in wanted.items()]
    return plan_import(aws, compiled, targets([compiled], wishes), AS_SPECIFIED)


def imported(compiled: Compiled, aws: Aws, **wanted: str) -> list[Outcome]:
    return [apply_plan(plan, aws) for plan in planned(compiled, aws, **wanted).plans]


def physical(aws: Aws, compiled: Compiled, stack: str) -> Mapping[str, str]:
    root = find_stack(aws, compiled.stack_name)
    assert root is not None
    return {one.logical_id: one.physical_id for one in stack_resources(aws, nested_stacks(aws, root.id)[stack])}


def hand_made_table(aws: Aws, name: str) -> None:
    properties = TABLE["Properties"]
    assert isinstance(properties, dict)
    aws.client("dynamodb", aws.region).create_table(TableName=name, **properties)


def test_a_bucket_made_by_hand_comes_under_a_deployed_platform(aws: Aws, spec_dir: Path) -> None:
    deploy(demo("adopting", messaging(), data(OrdersTable=TABLE)), spec_dir, aws)
    aws.s3.create_bucket(Bucket="adopting-media")
    wanted = demo("adopting", messaging(), data(OrdersTable=TABLE, MediaBucket=BUCKET, MediaBucketPolicy=POLICY))

    (plan,) = planned(wanted, aws, buckets__media="adopting-media").plans
    print(plan_text(plan, Shown(everything=True, raw=True)))
    outcome = apply_plan(plan, aws)
    assert (outcome.status, outcome.succeeded) == ("IMPORT_COMPLETE", True)
    assert physical(aws, wanted, "DataStack")["MediaBucket"] == "adopting-media"

    following = make_plan(wanted, spec_dir, aws)
    print(plan_text(following, Shown(everything=True, raw=True)))
    assert apply_plan(following, aws).succeeded
    assert make_plan(wanted, spec_dir, aws).empty
    assert 0
