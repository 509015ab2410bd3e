"""Scripted: what an import sends to CloudFormation and how its answers are taken, checked against botocore's model.

The sandbox takes more than AWS does, which refuses IncludeNestedStacks in a change set of type IMPORT:
"IncludeNestedStacks is not supported for changeSet type: IMPORT" (go-to-k/cdkd pull request 583).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber

from compiler.source.json_value import Json
from deployer.changeset import Request, make_change_set
from deployer.executing import start
from deployer.identifier import parts_of_types
from deployer.session import Aws
from deployer.whereabouts import whereabouts

STACK = "arn:aws:cloudformation:us-east-1:1:stack/demo-DataStack-1A/2"
CHANGE_SET = "arn:aws:cloudformation:us-east-1:1:changeSet/stackwright-1/3"
ADOPTED = {
    "ResourceType": "AWS::DynamoDB::Table",
    "LogicalResourceId": "OrdersTable",
    "ResourceIdentifier": {"TableName": "orders"},
}
REQUEST = Request(
    stack_name="demo-DataStack-1A",
    name="stackwright-1",
    kind="IMPORT",
    template_url="https://s3/import.json",
    parameters={},
    tags={"owner": "team"},
    unchanged=("Vpc",),
    imported=(ADOPTED,),
)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def scripted() -> Iterator[tuple[Aws, Stubber]]:
    session = boto3.Session("x", "x", region_name="us-east-1")
    client = session.client("cloudformation")
    with Stubber(client) as stubber:
        yield Aws(client, session.client("s3"), "1", "us-east-1", "", "https://s3", 0.0, lambda *_: None), stubber
        stubber.assert_no_pending_responses()


def described(status: str, execution: str, *changes: Json) -> Json:
    row = {"ChangeSetId": CHANGE_SET, "ChangeSetName": "stackwright-1", "StackId": STACK, "StackName": "demo"}
    return {**row, "Status": status, "ExecutionStatus": execution, "CreationTime": NOON, "Changes": list(changes)}


def test_an_import_sends_what_it_imports_and_no_nested_stacks(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", "does not exist", 404)
    sent: Json = {
        "StackName": "demo-DataStack-1A",
        "ChangeSetName": "stackwright-1",
        "ChangeSetType": "IMPORT",
        "TemplateURL": "https://s3/import.json",
        "Parameters": [{"ParameterKey": "Vpc", "UsePreviousValue": True}],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        "Tags": [{"Key": "owner", "Value": "team"}],
        "ClientToken": "stackwright-1",
        "Description": f"made by stackwright from {whereabouts()}",
        "ResourcesToImport": [ADOPTED],
    }
    stubber.add_response("create_change_set", {"Id": CHANGE_SET, "StackId": STACK}, sent)
    change = {"Action": "Import", "LogicalResourceId": "OrdersTable", "ResourceType": "AWS::DynamoDB::Table"}
    row = {"Type": "Resource", "ResourceChange": change}
    stubber.add_response("describe_change_set", described("CREATE_PENDING", "UNAVAILABLE"))
    stubber.add_response("describe_change_set", described("CREATE_COMPLETE", "AVAILABLE", row))
    found = make_change_set(aws, REQUEST)
    assert found.ready
    assert [(one.action, one.logical_id, one.replacement) for one in found.changes] == [("Import", "OrdersTable", "")]


def test_an_import_is_executed_without_options_of_a_creation(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    for _ in range(2):
        stubber.add_response("describe_change_set", described("CREATE_COMPLETE", "AVAILABLE"))
    found = make_change_set(aws, REQUEST)
    sent = {"ChangeSetName": CHANGE_SET, "ClientRequestToken": "stackwright-1"}
    stubber.add_response("execute_change_set", {}, sent)
    start(aws, found, REQUEST)


def test_types_without_identifiers_can_t_be_imported(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    told = {"ResourceType": "AWS::DynamoDB::Table", "LogicalResourceIds": ["OrdersTable"]}
    summaries: Json = [
        {**told, "ResourceIdentifiers": ["TableName"]},
        {"ResourceType": "AWS::SQS::QueuePolicy", "LogicalResourceIds": ["P"], "ResourceIdentifiers": []},
    ]
    answer = {"ResourceIdentifierSummaries": summaries}
    stubber.add_response("get_template_summary", answer, {"TemplateURL": "https://s3/x.json"})
    assert parts_of_types(aws, "https://s3/x.json") == {"AWS::DynamoDB::Table": ["TableName"]}
    stubber.add_response("get_template_summary", {}, {"TemplateURL": "https://s3/y.json"})
    assert parts_of_types(aws, "https://s3/y.json") == {}
