"""Scripted: later change sets with what is inside nested stacks, which the sandbox does not show."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.stub import ANY, Stubber

from compiler.source.json_value import Json
from deployer.changeset import ChangeSet
from deployer.errors import DeployError
from deployer.outcome import Outcome
from deployer.plan import Plan
from deployer.session import Aws
from deployer.steps import Rest, execute_rest
from deployer.watch import silent
from reviewer.change import ServiceChange, Step
from tests.deployer.test_plan_file import PLAN
from tests.deployer.test_scripted import CHANGE_SET, answer, row
from tests.deployer.test_scripted import scripted as scripted

LATER = replace(PLAN.later[0], stack_name="demo")
NAMED = {"ChangeSetName": LATER.name, "StackName": "demo"}
NESTED = ServiceChange("Modify", "DataStack", "AWS::CloudFormation::Stack")
TABLE = ServiceChange("Modify", "Orders", "AWS::DynamoDB::Table", "False", "DataStack")
STEPS = (Step(("first",), ()), Step(("second",), (NESTED, TABLE)))
STEPPED = replace(PLAN, later=(LATER,), review=replace(PLAN.review, stack="demo", steps=STEPS))
BEFORE = Outcome("demo", "UPDATE_COMPLETE", True)


def inside(action: str, replacement: str) -> Json:
    change = {"Action": action, "LogicalResourceId": "Orders", "ResourceType": "AWS::DynamoDB::Table"}
    replaced = {"Replacement": replacement} if replacement else {}
    return answer("CREATE_COMPLETE", Changes=[{"Type": "Resource", "ResourceChange": {**change, **replaced}}])


def script(stubber: Stubber, nested: Json) -> None:
    """The second change set is made, with one nested stack."""
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", "does not exist", 404, NAMED)
    stubber.add_response("create_change_set", {"Id": CHANGE_SET, "StackId": "s"})
    made = answer("CREATE_COMPLETE", execution="AVAILABLE", Changes=[row("DataStack")])
    stubber.add_response("describe_change_set", made, NAMED)
    stubber.add_response("describe_change_set", nested, {"ChangeSetName": "child"})


@pytest.fixture(autouse=True)
def undisturbed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else changes the stack between two change sets, of which test_between_operations.py has the rest."""
    monkeypatch.setattr("deployer.steps._check_undisturbed", lambda rest, change_set, number: None)


def follow(aws: Aws, ran: list[str]) -> Outcome:
    def run(plan: Plan, change_set: ChangeSet) -> Outcome:
        ran.append(f"{plan.request.name} {change_set.id == CHANGE_SET}")
        return BEFORE

    return execute_rest(Rest(STEPPED, aws, run, silent), BEFORE, 1)


def test_a_step_that_does_what_was_said_is_executed(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    script(stubber, inside("Modify", "False"))
    ran: list[str] = []
    assert follow(aws, ran).succeeded
    assert ran == ["stackwright-2 True"]


@pytest.mark.parametrize(("action", "replacement"), [("Modify", "True"), ("Remove", "")])
def test_a_step_that_loses_something_in_a_nested_stack_is_thrown_away(
    scripted: tuple[Aws, Stubber], action: str, replacement: str
) -> None:
    aws, stubber = scripted
    script(stubber, inside(action, replacement))
    stubber.add_response("delete_change_set", {}, {"ChangeSetName": CHANGE_SET})
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", expected_params={"ChangeSetName": ANY})
    ran: list[str] = []
    with pytest.raises(DeployError, match=f"did not say: {action} DataStack/Orders") as caught:
        follow(aws, ran)
    assert (caught.value.diagnostics[0].code, ran) == ("step-not-reviewed", [])


def test_a_step_that_is_not_accepted_tells_all_that_was_found(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", "does not exist", 404, NAMED)
    stubber.add_response("create_change_set", {"Id": CHANGE_SET, "StackId": "s"})
    stubber.add_response("describe_change_set", answer("FAILED", "The following hook(s)/validation failed"), NAMED)
    taken = {"EventType": "VALIDATION_ERROR", "LogicalResourceId": "Orders", "ResourceType": "AWS::DynamoDB::Table"}
    taken |= {"ValidationName": "NAME_CONFLICT_VALIDATION", "ValidationStatusReason": "it already exists"}
    stubber.add_response("describe_events", {"OperationEvents": [taken]})
    stubber.add_response("delete_change_set", {}, {"ChangeSetName": CHANGE_SET})
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", expected_params={"ChangeSetName": ANY})
    with pytest.raises(DeployError, match="CloudFormation does not accept change set 2 of 2") as caught:
        follow(aws, [])
    first, second = caught.value.diagnostics
    assert (first.code, second.code, second.resource) == (
        "change-set-rejected",
        "early-validation",
        "AWS::DynamoDB::Table Orders",
    )
    assert second.message == "it already exists (NAME_CONFLICT_VALIDATION)"
