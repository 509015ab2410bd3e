"""Scripted: answers that no stand-in gives, checked against botocore's model of the service."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import ANY, Stubber

from compiler.source.json_value import Json
from deployer.changeset import Request, make_change_set, supported
from deployer.deployed import find_stack
from deployer.errors import DeployError
from deployer.removal.destroy import delete_stack
from deployer.session import Aws
from deployer.states import Operation, operation_for
from deployer.watch import silent
from reviewer.change import ServiceChange

STACK = "arn:aws:cloudformation:us-east-1:000000000000:stack/demo/1"
CHANGE_SET = "arn:aws:cloudformation:us-east-1:000000000000:changeSet/stackwright-1/1"
REQUEST = Request("demo", "stackwright-1", "UPDATE", "https://s3.us-east-1.amazonaws.com/b/k", {"A": "1"}, {"o": "t"})
NESTED = "AWS::CloudFormation::Stack"
ROLE = "arn:aws:iam::000000000000:role/cloudformation"
NAMED = {"ChangeSetName": "stackwright-1", "StackName": "demo"}
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def no_other(service: str, region: str) -> Json:
    raise AssertionError(f"nobody asks {service} in {region}")


@pytest.fixture
def scripted() -> Iterator[tuple[Aws, Stubber]]:
    session = boto3.Session("x", "x", region_name="us-east-1")
    client = session.client("cloudformation")
    with Stubber(client) as stubber:
        s3 = session.client("s3")
        yield Aws(client, s3, "000000000000", "us-east-1", "", "https://s3", 0.0, no_other), stubber
        stubber.assert_no_pending_responses()


def answer(status: str, reason: str = "", execution: str = "UNAVAILABLE", **more: Json) -> Json:
    told = {"ChangeSetId": CHANGE_SET, "StackId": STACK, "Status": status, "ExecutionStatus": execution}
    return {**told, **({"StatusReason": reason} if reason else {}), **more}


def fed(logical_id: str, *evaluations: str) -> Json:
    """A row of a nested stack whose properties change for certain, or if another resource's attribute does."""
    change = {"Action": "Modify", "LogicalResourceId": logical_id, "ResourceType": "AWS::SQS::Queue"}
    details = [{"Target": {"Attribute": "Properties"}, "Evaluation": one} for one in evaluations]
    return {"Type": "Resource", "ResourceChange": {**change, "Replacement": "Conditional", "Details": details}}


def row(logical_id: str) -> Json:
    change = {"Action": "Modify", "LogicalResourceId": logical_id, "ResourceType": NESTED}
    return {"Type": "Resource", "ResourceChange": {**change, "Replacement": "False", "ChangeSetId": "child"}}


def test_a_role_that_is_chosen_acts(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", "does not exist", 404, NAMED)
    expected: Json = dict.fromkeys(("TemplateURL", "Parameters", "Tags", "ClientToken", "Description"), ANY)
    expected |= {**NAMED, "ChangeSetType": "UPDATE", "IncludeNestedStacks": True, "Capabilities": ANY, "RoleARN": ROLE}
    stubber.add_response("create_change_set", {"Id": CHANGE_SET, "StackId": STACK}, expected)
    stubber.add_response("describe_change_set", answer("CREATE_COMPLETE", execution="AVAILABLE"), NAMED)
    assert make_change_set(aws, replace(REQUEST, role=ROLE)).ready


def test_parameters_of_an_earlier_step_keep_their_values(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", "does not exist", 404, NAMED)
    expected: Json = dict.fromkeys(("TemplateURL", "Tags", "ClientToken", "Description", "Capabilities"), ANY)
    expected |= {**NAMED, "ChangeSetType": "UPDATE", "IncludeNestedStacks": True}
    expected |= {"Parameters": [{"ParameterKey": "Secret", "UsePreviousValue": True}]}
    stubber.add_response("create_change_set", {"Id": CHANGE_SET, "StackId": STACK}, expected)
    stubber.add_response("describe_change_set", answer("CREATE_COMPLETE", execution="AVAILABLE"), NAMED)
    assert make_change_set(aws, replace(REQUEST, parameters={}, unchanged=("Secret",))).ready


def test_nested_stacks_are_included_and_all_pages_are_read(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", "does not exist", 404, NAMED)
    expected: Json = dict.fromkeys(("TemplateURL", "Parameters", "Tags", "ClientToken", "Description"), ANY)
    expected |= {**NAMED, "ChangeSetType": "UPDATE", "IncludeNestedStacks": True}
    expected |= {"Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]}
    stubber.add_response("create_change_set", {"Id": CHANGE_SET, "StackId": STACK}, expected)
    for status in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
        stubber.add_response("describe_change_set", answer(status), NAMED)
    pages = [answer("CREATE_COMPLETE", execution="AVAILABLE", Changes=[row(name)]) for name in ("First", "Second")]
    stubber.add_response("describe_change_set", {**pages[0], "NextToken": "more"}, NAMED)
    stubber.add_response("describe_change_set", pages[1], {**NAMED, "NextToken": "more"})
    inside = answer("CREATE_COMPLETE", Changes=[fed("Worker", "Dynamic"), fed("Table", "Static", "Dynamic")])
    stubber.add_response("describe_change_set", inside, {"ChangeSetName": "child"})
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", expected_params={"ChangeSetName": "child"})

    found = make_change_set(aws, REQUEST)
    assert found.ready
    nested = (ServiceChange("Modify", name, NESTED, "False", change_set="child") for name in ("First", "Second"))
    assert found.changes == (
        *nested,
        ServiceChange("Modify", "Worker", "AWS::SQS::Queue", "Conditional", "First", certain=False),
        ServiceChange("Modify", "Table", "AWS::SQS::Queue", "Conditional", "First"),
    )


def test_a_request_field_that_the_sdk_does_not_know_is_left_out(scripted: tuple[Aws, Stubber]) -> None:
    wanted = {"StackName": "demo", "IncludeNestedStacks": True, "SomethingNewer": True}
    assert supported(scripted[0], "CreateChangeSet", wanted) == {"StackName": "demo", "IncludeNestedStacks": True}


@pytest.mark.parametrize(
    ("reason", "empty"),
    [
        ("The submitted information didn't contain changes. Submit different information.", True),
        ("No updates are to be performed.", True),
        ("Template error: no such resource", False),
    ],
)
def test_the_words_of_a_failed_change_set_decide(scripted: tuple[Aws, Stubber], reason: str, empty: bool) -> None:
    aws, stubber = scripted
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", expected_params=NAMED)
    stubber.add_response("create_change_set", {"Id": CHANGE_SET, "StackId": STACK})
    stubber.add_response("describe_change_set", answer("FAILED", reason), NAMED)
    assert make_change_set(aws, REQUEST).empty is empty


def test_a_failed_change_set_of_the_same_name_is_made_anew(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_response("describe_change_set", answer("FAILED", "once"), NAMED)
    stubber.add_response("delete_change_set", {}, {"ChangeSetName": CHANGE_SET})
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", expected_params={"ChangeSetName": CHANGE_SET})
    stubber.add_response("create_change_set", {"Id": CHANGE_SET, "StackId": STACK})
    stubber.add_response("describe_change_set", answer("CREATE_COMPLETE", execution="AVAILABLE"), NAMED)
    assert make_change_set(aws, REQUEST).ready


def test_one_that_already_exists_is_adopted(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", expected_params=NAMED)
    stubber.add_client_error("create_change_set", "AlreadyExistsException", "exists")
    for _ in range(2):
        stubber.add_response("describe_change_set", answer("CREATE_COMPLETE", execution="AVAILABLE"), NAMED)
    assert make_change_set(aws, REQUEST).id == CHANGE_SET


def test_a_bucket_that_is_not_empty_is_told_with_a_hint(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    told = {"StackId": STACK, "StackName": "demo", "CreationTime": NOON, "StackStatus": "CREATE_COMPLETE"}
    stubber.add_response("describe_stacks", {"Stacks": [told]})
    stack = find_stack(aws, STACK)
    assert stack is not None
    stubber.add_response("describe_stack_events", {"StackEvents": []})
    stubber.add_response("delete_stack", {}, {"StackName": STACK})
    events = [event("2", "Media", "DELETE_FAILED", "The bucket you tried to delete is not empty"), event("1", "demo")]
    stubber.add_response("describe_stack_events", {"StackEvents": events})
    stubber.add_response("describe_stacks", {"Stacks": [{**told, "StackStatus": "DELETE_FAILED"}]})
    last = [event("3", "demo", "DELETE_FAILED"), *events]
    stubber.add_response("describe_stack_events", {"StackEvents": last})
    (failure,) = delete_stack(aws, stack, silent).failures
    assert (failure.logical_id, failure.hint.split(" (")[0]) == ("Media", "empty the bucket")


def event(number: str, logical_id: str, status: str = "DELETE_IN_PROGRESS", reason: str = "") -> Json:
    return {
        "EventId": number,
        "StackId": STACK,
        "StackName": "demo",
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": STACK if logical_id == "demo" else logical_id,
        "ResourceType": "AWS::S3::Bucket",
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
        "Timestamp": NOON,
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("", Operation.CREATE),
        ("REVIEW_IN_PROGRESS", Operation.CREATE),
        ("CREATE_COMPLETE", Operation.UPDATE),
        ("UPDATE_ROLLBACK_COMPLETE", Operation.UPDATE),
        ("ROLLBACK_COMPLETE", Operation.RECREATE),
    ],
)
def test_states_that_can_be_deployed(status: str, expected: Operation) -> None:
    assert operation_for("demo", status) is expected


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("UPDATE_IN_PROGRESS", "another operation runs on stack demo"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "another operation runs"),
        ("UPDATE_ROLLBACK_FAILED", "continue-rollback"),
        ("CREATE_FAILED", "recover"),
        ("DELETE_FAILED", "recover"),
        ("SOMETHING_NEW", "is in state SOMETHING_NEW"),
    ],
)
def test_states_that_cannot(status: str, words: str) -> None:
    with pytest.raises(DeployError) as caught:
        operation_for("demo", status)
    assert words in str(caught.value)
