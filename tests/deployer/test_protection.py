"""Stacks of production are protected: from their end, and what holds data from updates that nobody approved."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.deployed import find_stack, nested_stacks
from deployer.errors import DeployError
from deployer.outcome_view import result_lines
from deployer.plan import make_plan
from deployer.protection import policy_text
from deployer.session import Aws
from reviewer.stores import STORES
from tests.deployer.platforms import FAILING, HANDLE, alerts, messaging, platform

TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
}


def production(compiled: Compiled) -> Compiled:
    return replace(compiled, posture="production")


def policies(aws: Aws, name: str) -> set[str]:
    """The policies of the root and of its nested stacks."""
    stack = find_stack(aws, name)
    assert stack is not None
    ids = (stack.id, *nested_stacks(aws, stack.id).values())
    return {aws.cloudformation.get_stack_policy(StackName=one).get("StackPolicyBody", "") for one in ids}


def deny(text: str) -> Json:
    _, statement = json.loads(text)["Statement"]
    assert statement["Effect"] == "Deny"
    return statement


class Recorded:
    """A client that keeps the policies that were set; `denied` are calls that IAM refuses."""

    def __init__(self, client: Json, denied: tuple[str, ...] = ()) -> None:
        self.client, self.denied = client, denied
        self.set: list[str] = []

    def __getattr__(self, name: str) -> Json:
        if name in self.denied:
            return self._refuse
        return self._keep if name == "set_stack_policy" else getattr(self.client, name)

    def _refuse(self, **_arguments: Json) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not allowed"}}, "Denied")

    def _keep(self, **arguments: Json) -> None:
        self.set.append(arguments["StackPolicyBody"])
        self.client.set_stack_policy(**arguments)


def behind(aws: Aws, client: Json) -> Aws:
    return replace(aws, cloudformation=client)


def test_everything_may_change_in_place_and_no_data_may_go() -> None:
    statement = deny(policy_text())
    assert statement["Action"] == ["Update:Delete", "Update:Replace"]
    assert (statement["Resource"], statement["Principal"]) == ("*", "*")
    assert {*statement["Condition"]["StringEquals"]["ResourceType"]} == {*STORES, "AWS::CloudFormation::Stack"}
    freed = deny(policy_text(["Second", "First"]))
    assert freed["NotResource"] == ["LogicalResourceId/First", "LogicalResourceId/Second"]
    assert "Resource" not in freed
    assert len(policy_text()) < 16_384


def test_production_is_protected_and_nothing_else_is(aws: Aws, spec_dir: Path) -> None:
    outcome = apply_plan(
        make_plan(production(platform("protected-guarded", messaging(), alerts())), spec_dir, aws), aws
    )
    assert (outcome.succeeded, outcome.notes) == (True, ())
    stack = find_stack(aws, "protected-guarded")
    assert stack is not None and stack.protected
    assert policies(aws, "protected-guarded") == {policy_text()}
    apply_plan(make_plan(platform("open", messaging()), spec_dir, aws), aws)
    assert policies(aws, "open") == {""}


def test_a_stack_that_becomes_production_is_protected_then(aws: Aws, spec_dir: Path) -> None:
    apply_plan(make_plan(platform("grown", messaging()), spec_dir, aws), aws)
    apply_plan(make_plan(production(platform("grown", messaging(86400))), spec_dir, aws), aws)
    stack = find_stack(aws, "grown")
    assert stack is not None and stack.protected
    assert policies(aws, "grown") == {policy_text()}


def test_what_was_approved_is_free_while_it_is_changed(aws: Aws, spec_dir: Path) -> None:
    apply_plan(make_plan(production(platform("freed", messaging(Orders=TABLE), alerts())), spec_dir, aws), aws)
    plan = make_plan(production(platform("freed", messaging())), spec_dir, aws)
    client = Recorded(aws.cloudformation)
    assert apply_plan(plan, behind(aws, client)).succeeded
    before, after = dict.fromkeys(client.set)
    assert deny(before)["NotResource"] == ["LogicalResourceId/AlertsStack", "LogicalResourceId/Orders"]
    assert after == policy_text()
    assert policies(aws, "freed") == {policy_text()}


def test_whoever_may_not_lift_the_policy_changes_nothing(aws: Aws, spec_dir: Path) -> None:
    apply_plan(make_plan(production(platform("protected-held", messaging(Orders=TABLE))), spec_dir, aws), aws)
    plan = make_plan(production(platform("protected-held", messaging())), spec_dir, aws)
    client = Recorded(aws.cloudformation, ("set_stack_policy", "execute_change_set"))
    with pytest.raises(DeployError) as caught:
        apply_plan(plan, behind(aws, client))
    assert caught.value.diagnostics[0].code == "access-denied"
    assert apply_plan(plan, aws).succeeded


def test_what_is_rolled_back_is_held_again(aws: Aws, spec_dir: Path) -> None:
    apply_plan(make_plan(production(platform("protected-back", messaging(Orders=TABLE))), spec_dir, aws), aws)
    failing = production(platform("protected-back", messaging(), Handle=HANDLE, Wait=FAILING))
    outcome = apply_plan(make_plan(failing, spec_dir, aws), aws)
    assert (outcome.status, outcome.notes) == ("UPDATE_ROLLBACK_COMPLETE", ())
    assert policies(aws, "protected-back") == {policy_text()}


def test_a_protection_that_can_not_be_set_is_a_note(aws: Aws, spec_dir: Path) -> None:
    plan = make_plan(production(platform("noted", messaging())), spec_dir, aws)
    client = Recorded(aws.cloudformation, ("set_stack_policy", "update_termination_protection"))
    outcome = apply_plan(plan, behind(aws, client))
    assert outcome.succeeded
    assert [line for line in result_lines(outcome) if line.startswith("note: ")] == [
        "note: stack noted is not protected from termination: AccessDenied",
        "note: the data in stack noted is not protected by a stack policy: AccessDenied",
    ]


def test_what_ended_before_it_was_protected_is_protected_by_the_next_run(aws: Aws, spec_dir: Path) -> None:
    """As when the command that made it was killed while it waited."""
    compiled = production(platform("unprotected", messaging()))
    plan = make_plan(compiled, spec_dir, aws)
    assert apply_plan(replace(plan, posture="development"), aws).succeeded
    outcome = apply_plan(make_plan(compiled, spec_dir, aws), aws)
    assert (outcome.status, outcome.notes) == ("NO_CHANGES", ())
    stack = find_stack(aws, "unprotected")
    assert stack is not None and stack.protected
    assert policies(aws, "unprotected") == {policy_text()}
