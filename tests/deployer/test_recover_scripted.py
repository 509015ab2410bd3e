"""Scripted: states and answers that the sandbox does not give, checked against botocore's model of the service."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from botocore.stub import ANY, Stubber

from compiler.source.json_value import Json
from deployer.apply import apply_plan
from deployer.errors import OCCUPIED, REFUSED, DeployError
from deployer.plan import Plan, make_plan
from deployer.recovery.recover import Recovery, Wish, plan_recovery, recover
from deployer.session import Aws
from deployer.states import STATES, Step, at_work
from tests.deployer.platforms import messaging, platform

ACCOUNT = "arn:aws:cloudformation:us-east-1:000000000000"
STACK = f"{ACCOUNT}:stack/demo/1"
CHILD = f"{ACCOUNT}:stack/demo-MessagingStack-1ABC/2"
CHANGE_SET = f"{ACCOUNT}:changeSet/stackwright-1/3"
ROLE = "arn:aws:iam::000000000000:role/cloudformation"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NESTED = "AWS::CloudFormation::Stack"
ORIGINS = {"Metadata": {"Stackwright": {"Origins": {"MessagingStack": {"queues.jobs": ["JobsQueue"]}}}}}


def no_other(service: str, region: str) -> Json:
    raise AssertionError(f"nobody asks {service} in {region}")


@pytest.fixture
def scripted() -> Iterator[tuple[Aws, Stubber]]:
    session = boto3.Session("x", "x", region_name="us-east-1")
    client, s3 = session.client("cloudformation"), session.client("s3")
    with Stubber(client) as stubber, Stubber(s3) as storage:
        storage.add_client_error("head_bucket", "404")  # no history is kept
        yield Aws(client, s3, "000000000000", "us-east-1", "", "https://s3", 0.0, no_other), stubber
        stubber.assert_no_pending_responses()


@pytest.fixture
def sandbox_plan(aws: Aws, spec_dir: Path) -> Plan:
    return make_plan(platform("scripted", messaging()), spec_dir, aws)


def stack(status: str, **more: Json) -> Json:
    return {"Stacks": [{"StackId": STACK, "StackName": "demo", "CreationTime": NOON, "StackStatus": status, **more}]}


def event(number: int, status: str, logical_id: str = "demo", stack_id: str = STACK, **more: Json) -> Json:
    own = logical_id.startswith("demo")
    physical = stack_id if own else CHILD if logical_id == "MessagingStack" else logical_id
    kind = NESTED if own or logical_id == "MessagingStack" else "AWS::SQS::Queue"
    told = {"EventId": str(number), "StackId": stack_id, "StackName": "demo", "LogicalResourceId": logical_id}
    told |= {"PhysicalResourceId": physical, "ResourceType": kind, "ResourceStatus": status}
    return {**told, "Timestamp": NOON, **more}


def listed(logical_id: str, kind: str, status: str, physical_id: str = "") -> Json:
    told = {"LogicalResourceId": logical_id, "ResourceType": kind, "ResourceStatus": status}
    return {**told, "PhysicalResourceId": physical_id or logical_id, "LastUpdatedTimestamp": NOON}


def resources(*found: Json) -> Json:
    return {"StackResourceSummaries": list(found)}


@pytest.mark.parametrize("status", [state.status for state in STATES if at_work(state.status)])
def test_who_is_at_it_is_told_in_each_running_state(scripted: tuple[Aws, Stubber], status: str) -> None:
    aws, stubber = scripted
    running = stack(status, RoleARN=ROLE, ChangeSetId=CHANGE_SET)
    for _ in range(2):
        stubber.add_response("describe_stacks", running)
    events = {"StackEvents": [event(1, status, ClientRequestToken="Console-Execute-1")]}
    for _ in range(2):
        stubber.add_response("describe_stack_events", events, {"StackName": STACK})
    told = {"ChangeSetName": "stackwright-1", "Description": "made by stackwright for arn:aws:iam::1:user/ann"}
    removal = status.startswith("DELETE")
    if not removal:
        stubber.add_response("describe_change_set", told, {"ChangeSetName": CHANGE_SET, "StackName": "demo"})
    with pytest.raises(DeployError) as caught:
        plan_recovery(aws, "demo", Wish())
    assert caught.value.exit_code == OCCUPIED
    who = "" if removal else "change set stackwright-1, made by stackwright for arn:aws:iam::1:user/ann, "
    expected = f"{status}, since 2026-01-01 12:00:00 UTC, {who}request Console-Execute-1, with role {ROLE}"
    assert caught.value.message == f"another operation runs on stack demo: {expected}"
    assert ("--cancel" in caught.value.hint) is (status == "UPDATE_IN_PROGRESS")


def test_a_change_set_that_is_gone_is_left_out(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    for _ in range(2):
        stubber.add_response("describe_stacks", stack("UPDATE_IN_PROGRESS", ChangeSetId=CHANGE_SET))
    for _ in range(2):
        stubber.add_response("describe_stack_events", {"StackEvents": []})
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", "does not exist", 404)
    with pytest.raises(DeployError) as caught:
        plan_recovery(aws, "demo", Wish())
    assert caught.value.message.endswith("UPDATE_IN_PROGRESS, since 2026-01-01 12:00:00 UTC")


def test_a_role_that_may_not_read_events_is_still_told_since_when(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    for _ in range(2):
        stubber.add_response("describe_stacks", stack("UPDATE_IN_PROGRESS", ChangeSetId=CHANGE_SET, RoleARN=ROLE))
    stubber.add_client_error("describe_stack_events", "AccessDenied", "not authorized", 403)
    stubber.add_client_error("describe_change_set", "AccessDenied", "not authorized", 403)
    with pytest.raises(DeployError) as caught:
        plan_recovery(aws, "demo", Wish())
    assert caught.value.exit_code == OCCUPIED
    assert caught.value.message.endswith(f"since 2026-01-01 12:00:00 UTC, with role {ROLE}")


@pytest.mark.parametrize("status", ["IMPORT_ROLLBACK_FAILED", "SOMETHING_NEW"])
def test_where_there_is_no_way_the_way_by_hand_is_told(scripted: tuple[Aws, Stubber], status: str) -> None:
    aws, stubber = scripted
    stubber.add_response("describe_stacks", stack(status))
    with pytest.raises(DeployError, match=f"stack demo is in state {status}") as caught:
        plan_recovery(aws, "demo", Wish())
    assert caught.value.exit_code == REFUSED
    assert "`destroy` removes the stack" in caught.value.hint


@pytest.mark.parametrize("status", ["IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"])
def test_good_states_need_nothing(scripted: tuple[Aws, Stubber], status: str) -> None:
    aws, stubber = scripted
    stubber.add_response("describe_stacks", stack(status))
    assert plan_recovery(aws, "demo", Wish()).step is Step.NONE


@pytest.mark.parametrize("name", ["queues.jobs", "jobs", "JobsQueue", "MessagingStack.JobsQueue"])
def test_what_a_nested_stack_can_not_roll_back_is_skipped(scripted: tuple[Aws, Stubber], name: str) -> None:
    """The service wants the nested stack by its name, not by its logical id."""
    aws, stubber = scripted
    recovery = wedged(aws, stubber, Wish(skip=(name,)))
    (stuck,) = recovery.stuck
    assert (stuck.component, stuck.address, stuck.reason) == (
        "queues.jobs",
        "MessagingStack.JobsQueue",
        "no such queue",
    )
    stubber.add_response("describe_stacks", stack("UPDATE_ROLLBACK_FAILED"))
    stubber.add_response("describe_stack_events", {"StackEvents": [event(9, "UPDATE_ROLLBACK_FAILED")]})
    skipped = {"StackName": STACK, "ResourcesToSkip": ["demo-MessagingStack-1ABC.JobsQueue"], "ClientRequestToken": ANY}
    stubber.add_response("continue_update_rollback", {}, skipped)
    ended = [event(11, "UPDATE_ROLLBACK_COMPLETE"), event(10, "UPDATE_ROLLBACK_IN_PROGRESS")]
    stubber.add_response("describe_stack_events", {"StackEvents": [*ended, event(9, "UPDATE_ROLLBACK_FAILED")]})
    stubber.add_response("describe_stacks", stack("UPDATE_ROLLBACK_COMPLETE"))
    stubber.add_response("describe_stack_events", {"StackEvents": ended})
    outcome = recover(recovery, aws)
    assert (outcome.status, outcome.succeeded) == ("UPDATE_ROLLBACK_COMPLETE", True)


def wedged(aws: Aws, stubber: Stubber, wish: Wish) -> Recovery:
    """A root whose rollback failed in a nested stack, planned."""
    root = [
        listed("MessagingStack", NESTED, "UPDATE_FAILED", CHILD),
        listed("Kept", "AWS::SNS::Topic", "CREATE_COMPLETE"),
    ]
    child = [
        listed("JobsQueue", "AWS::SQS::Queue", "UPDATE_FAILED"),
        listed("Other", "AWS::SQS::Queue", "UPDATE_COMPLETE"),
    ]
    of_root = [
        event(9, "UPDATE_ROLLBACK_FAILED"),
        event(8, "UPDATE_FAILED", "MessagingStack"),
        event(7, "UPDATE_ROLLBACK_IN_PROGRESS"),
        event(6, "UPDATE_IN_PROGRESS"),
        event(5, "CREATE_COMPLETE"),
    ]
    of_child = [event(4, "UPDATE_FAILED", "JobsQueue", CHILD, ResourceStatusReason="no such queue")]
    stubber.add_response("describe_stacks", stack("UPDATE_ROLLBACK_FAILED"))
    stubber.add_response("list_stack_resources", resources(*root), {"StackName": STACK})
    stubber.add_response("get_template", {"TemplateBody": json.dumps(ORIGINS)})
    stubber.add_response("describe_stack_events", {"StackEvents": of_root}, {"StackName": STACK})
    stubber.add_response("describe_stack_events", {"StackEvents": of_root}, {"StackName": STACK})
    stubber.add_response("describe_stack_events", {"StackEvents": of_child}, {"StackName": CHILD})
    stubber.add_response("list_stack_resources", resources(*root), {"StackName": STACK})
    stubber.add_response("list_stack_resources", resources(*child), {"StackName": CHILD})
    return plan_recovery(aws, "demo", wish)


def test_an_update_that_ended_before_it_was_cancelled_is_told(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_response("describe_stacks", stack("UPDATE_IN_PROGRESS"))
    recovery = plan_recovery(aws, "demo", Wish(cancel=True))
    assert recovery.step is Step.CANCEL
    stubber.add_response("describe_stacks", stack("UPDATE_IN_PROGRESS"))
    stubber.add_response("describe_stack_events", {"StackEvents": [event(1, "UPDATE_IN_PROGRESS")]})
    refusal = "CancelUpdateStack cannot be called from current stack status"
    stubber.add_client_error("cancel_update_stack", "ValidationError", refusal, 400)
    stubber.add_response("describe_stacks", stack("UPDATE_COMPLETE"))
    with pytest.raises(DeployError, match="stack demo can't be cancelled any more") as caught:
        recover(recovery, aws)
    assert caught.value.exit_code == REFUSED


def test_a_stack_that_is_gone_by_now_is_told(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_response("describe_stacks", stack("UPDATE_FAILED"))
    recovery = plan_recovery(aws, "demo", Wish())
    assert recovery.to_json()["step"] == "roll back"
    stubber.add_client_error("describe_stacks", "ValidationError", "Stack with id demo does not exist", 400)
    with pytest.raises(DeployError, match="was UPDATE_FAILED and is gone by now"):
        recover(recovery, aws)


@pytest.mark.parametrize(
    "status", [state.status for state in STATES if state.operation is None and not at_work(state.status)]
)
def test_apply_names_the_way_out_of_each_state_that_allows_no_deployment(
    scripted: tuple[Aws, Stubber], sandbox_plan: Plan, status: str
) -> None:
    aws, stubber = scripted
    stubber.add_response("describe_stacks", stack(status))
    for _ in range(2):  # where the last operation began, and what came since
        stubber.add_response("describe_stack_events", {"StackEvents": [event(1, "UPDATE_IN_PROGRESS")]})
    with pytest.raises(DeployError, match=f"stack scripted is in state {status}") as caught:
        apply_plan(replace(sandbox_plan, endpoint=""), aws)
    assert caught.value.exit_code == REFUSED
    assert "`recover`" in caught.value.hint or "`destroy`" in caught.value.hint
