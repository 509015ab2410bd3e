"""Platforms whose resources are imported, and resources made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from deployer.apply import apply_plan
from deployer.deployed import find_stack, nested_stacks, stack_resources
from deployer.importing.plan_import import Imports, plan_import
from deployer.importing.targets import Wanted, targets
from deployer.outcome import Outcome
from deployer.plan import make_plan
from deployer.publish import AS_SPECIFIED
from deployer.session import Aws
from tests.deployer.platforms import platform

BUCKET = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
TABLE: Mapping[str, Json] = {
    "Type": "AWS::DynamoDB::Table",
    "DeletionPolicy": "Retain",
    "Properties": {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
}
KEY = {"Type": "AWS::KMS::Key", "DeletionPolicy": "Retain", "Properties": {"KeyPolicy": {}}}


def properties_of(resource: Mapping[str, Json]) -> Mapping[str, Json]:
    properties: Mapping[str, Json] = resource["Properties"]
    return properties


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
    aws.client("dynamodb", aws.region).create_table(TableName=name, **properties_of(TABLE))
