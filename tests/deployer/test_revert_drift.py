"""Plans that bring back what was changed outside: scripted change sets, checked against botocore's model, since the
sandbox makes none; and what a plan says there.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.stub import ANY, Stubber

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.apply import apply_plan
from deployer.bucket import ensure_bucket
from deployer.changeset import ChangeSet, make_change_set
from deployer.drift.answer import DriftAnswer
from deployer.drift.reverting import reverting, with_reverts
from deployer.environment import Plans
from deployer.errors import DeployError
from deployer.history.materials import Materials
from deployer.outcome import Names
from deployer.plan import make_plan
from deployer.plan_file import from_json, to_json
from deployer.protection import free
from deployer.publish import Choice, Published
from deployer.session import Aws
from deployer.step_requests import step_requests
from reviewer.attachments import attached_elsewhere
from reviewer.change import Change, Review, ServiceChange
from reviewer.crosscheck import crosscheck
from reviewer.drifted import Drifted
from reviewer.files import FORMS
from reviewer.order import State
from reviewer.sides import Before, sides_of
from reviewer.steps import Way
from reviewer.template_set import Address
from reviewer.view import render
from tests.deployer.platforms import alerts, messaging, platform
from tests.deployer.test_drift import PAGE
from tests.deployer.test_scripted import CHANGE_SET, NAMED, NESTED, NOON, REQUEST, answer, row, scripted

REVERTING = replace(REQUEST, revert_drift=True)
VALUES = {**NAMED, "IncludePropertyValues": True}
PLATFORM = platform("demo", messaging(), alerts())
__all__ = ["scripted"]


def target(path: str, before: str, after: str, actual: str, change: str = "Modify") -> Json:
    found: Json = {"Attribute": "Properties", "Path": path, "BeforeValue": before, "AfterValue": after}
    found |= {"BeforeValueFrom": "ACTUAL_STATE", "AfterValueFrom": "TEMPLATE", "AttributeChangeType": change}
    drift = {"PreviousValue": after, "ActualValue": actual, "DriftDetectionTimestamp": NOON}
    return {"Target": {**found, "Drift": drift}, "Evaluation": "Static", "ChangeSource": "DirectModification"}


def drifted(logical_id: str, status: str, *details: Json, action: str = "Modify", **more: Json) -> Json:
    change: Json = {"Action": action, "LogicalResourceId": logical_id, "ResourceType": "AWS::SQS::Queue"}
    change |= {"Replacement": "False", "ResourceDriftStatus": status, "Details": [*details], **more}
    return {"Type": "Resource", "ResourceChange": change}


def made(aws: Aws, stubber: Stubber, inside: Json) -> ChangeSet:
    """A change set that reverts drift, of a root whose nested stack MessagingStack has `inside`."""
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", expected_params=NAMED)
    asked: Json = dict.fromkeys(
        ("TemplateURL", "Parameters", "Tags", "ClientToken", "Description", "Capabilities"), ANY
    )
    asked |= {**NAMED, "ChangeSetType": "UPDATE", "IncludeNestedStacks": True, "DeploymentMode": "REVERT_DRIFT"}
    stubber.add_response("create_change_set", {"Id": CHANGE_SET}, asked)
    mode = {"DeploymentMode": "REVERT_DRIFT", "StackDriftStatus": "DRIFTED"}
    ready = answer("CREATE_COMPLETE", execution="AVAILABLE", Changes=[row("MessagingStack")], **mode)
    stubber.add_response("describe_change_set", ready, VALUES)
    nested = {"ChangeSetName": "child", "IncludePropertyValues": True}
    stubber.add_response("describe_change_set", answer("CREATE_COMPLETE", **inside), nested)
    return make_change_set(aws, REVERTING)


def test_what_is_brought_back_is_read_from_all_nested_stacks(scripted: tuple[Aws, Stubber]) -> None:
    ignored = [{"Path": "/Properties/KmsMasterKeyId", "Reason": "MANAGED_BY_AWS"}]
    changes = [
        drifted("JobsQueue", "MODIFIED", target("/Properties/VisibilityTimeout", "120", "30", "120")),
        drifted(
            "Same",
            "MODIFIED",
            target("/Properties/DelaySeconds", "5", "5", "5", "SyncWithActual"),
            action="SyncWithActual",
        ),
        drifted("Gone", "DELETED", action="Add"),
        drifted("Untold", "MODIFIED"),
        drifted("Fine", "IN_SYNC", ResourceDriftIgnoredAttributes=ignored),
    ]
    found = made(*scripted, {"Changes": changes, "DeploymentMode": "REVERT_DRIFT"})
    assert found.drift == DriftAnswer(
        aware=True,
        reverted=(
            Drifted("MessagingStack", "JobsQueue", "AWS::SQS::Queue", "", "MODIFIED", "VisibilityTimeout", "30", "120"),
            Drifted("MessagingStack", "Gone", "AWS::SQS::Queue", "", "DELETED"),
            Drifted("MessagingStack", "Untold", "AWS::SQS::Queue", "", "MODIFIED"),
        ),
        agreeing=("Same",),
        left_alone=("Fine: KmsMasterKeyId stays as it is, since AWS manages it",),
    )
    assert {one.logical_id: one.drift for one in found.changes if one.stack} == {
        "JobsQueue": "MODIFIED",
        "Same": "",
        "Gone": "DELETED",
        "Untold": "MODIFIED",
        "Fine": "",
    }


def test_a_nested_stack_that_was_not_compared_is_told(scripted: tuple[Aws, Stubber]) -> None:
    found = made(*scripted, {"Changes": []})
    assert found.drift == DriftAnswer(aware=True, unaware=("MessagingStack",))
    assert reviewed(found).notes == ("CloudFormation does not revert drift in MessagingStack",)


def test_a_change_set_that_was_made_before_is_not_taken_again(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_response("describe_change_set", answer("CREATE_COMPLETE", execution="AVAILABLE"), NAMED)
    stubber.add_response("delete_change_set", {}, {"ChangeSetName": CHANGE_SET})
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", expected_params={"ChangeSetName": CHANGE_SET})
    stubber.add_response("create_change_set", {"Id": CHANGE_SET})
    stubber.add_response("describe_change_set", answer("CREATE_COMPLETE", execution="AVAILABLE"), VALUES)
    assert make_change_set(aws, REVERTING).ready


def test_what_the_service_does_not_take_is_told(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", expected_params=NAMED)
    stubber.add_client_error("create_change_set", "ValidationError", "not for this stack")
    told = "no change set that reverts drift: not for this stack"
    with pytest.raises(DeployError, match=told) as caught, reverting(aws, REVERTING):
        make_change_set(aws, REVERTING)
    assert [one.code for one in caught.value.diagnostics] == ["drift-not-revertible"]


def test_an_sdk_without_the_option_is_told_and_not_left_out(scripted: tuple[Aws, Stubber]) -> None:
    aws, _ = scripted
    shape = aws.cloudformation.meta.service_model.operation_model("CreateChangeSet").input_shape
    assert shape
    shape.members.pop("DeploymentMode")
    with pytest.raises(DeployError, match="the installed AWS SDK can't ask"), reverting(aws, REVERTING):
        raise AssertionError("nothing is asked")
    with reverting(aws, REQUEST):
        pass


def reviewed(change_set: ChangeSet, *changes: Change) -> Review:
    review = Review("demo", "dev", "demo", "us-east-1", "0", "update", changes, service=change_set.changes)
    origins = {"MessagingStack": dict.fromkeys(("JobsQueue", "Gone"), "queues.jobs")}
    return with_reverts(review, change_set, Names(origins), PLATFORM)


def reverts(replacement: str = "False", drift: str = "MODIFIED") -> ChangeSet:
    """A change set that brings one queue back."""
    whole = Drifted(
        "MessagingStack", "JobsQueue", "AWS::SQS::Queue", "", "DELETED" if drift == "DELETED" else "MODIFIED"
    )
    one = whole if drift == "DELETED" else replace(whole, path="VisibilityTimeout", expected="30", actual="120")
    rows = (
        ServiceChange("Modify", "MessagingStack", NESTED, "False"),
        ServiceChange("Modify", "JobsQueue", "AWS::SQS::Queue", replacement, "MessagingStack", drift=drift),
    )
    return ChangeSet(CHANGE_SET, "stack", "CREATE_COMPLETE", "", "AVAILABLE", rows, DriftAnswer(True, (one,)))


def test_the_review_shows_what_is_brought_back_at_its_line() -> None:
    review = reviewed(reverts())
    lines = [" ".join(line.split()) for line in render(review).splitlines()]
    (page,) = re.findall(r"```\n(Brought back.*?)```", PAGE, re.DOTALL)
    shown = [" ".join(line.split()) for line in page.replace("shop.yaml:7:5", "demo.yaml:3:5").splitlines()]
    begin = lines.index(shown[0])
    assert lines[begin : begin + 2] == shown
    assert lines[-1].startswith("No other changes.") and "No changes." not in render(review)
    for form, write in FORMS.items():
        text = write([review])
        assert "VisibilityTimeout" in text and "120" in text and "No changes." not in text, form
    assert crosscheck(review, PLATFORM).disagreements == ()


def test_the_same_in_many_resources_is_one_line() -> None:
    one = reverts().drift.reverted[0]
    many = replace(reverts(), drift=DriftAnswer(True, tuple(replace(one, logical_id=f"Q{n}") for n in range(9))))
    (line,) = [line for line in render(reviewed(many)).splitlines() if "↺" in line]
    assert "and 8 more resources of (platform)" in line


def test_data_that_is_lost_by_it_needs_its_name() -> None:
    assert reviewed(reverts()).approvals == {}
    replaced = reviewed(reverts("True"))
    (risk,) = replaced.approvals["queues.jobs"]
    assert risk.text == "replaced to bring VisibilityTimeout back. A new queue starts empty"
    gone = reviewed(reverts(drift="DELETED"))
    assert [one.text for one in gone.risks] == ["JobsQueue was deleted outside: a new queue is made, and starts empty"]
    assert gone.approvals == {}


def test_a_resource_that_already_is_what_is_wanted_is_no_disagreement() -> None:
    ours = Change("Modify", "messaging", "JobsQueue", "AWS::SQS::Queue", "queues.jobs", "False")
    rows = (
        ServiceChange("Modify", "MessagingStack", NESTED, "False"),
        ServiceChange("SyncWithActual", "JobsQueue", "AWS::SQS::Queue", "", "MessagingStack"),
    )
    review = Review("demo", "dev", "demo", "us-east-1", "0", "update", (ours,), service=rows)
    assert crosscheck(review, PLATFORM).disagreements == ()
    without = replace(review, changes=())
    assert (crosscheck(without, PLATFORM).disagreements, crosscheck(without, PLATFORM).folded) == ((), 2)


def test_what_is_replaced_for_it_is_freed_from_the_stack_policy(aws: Aws, spec_dir: Path) -> None:
    root = replace(platform("freed-by-revert", messaging()), posture="production")
    assert apply_plan(make_plan(root, spec_dir, aws), aws).succeeded
    plan = make_plan(platform("freed-by-revert", messaging(999)), spec_dir, aws)
    plan = replace(plan, posture="production", review=replace(plan.review, changes=(), service=reverts("True").changes))
    free(aws, plan, plan.stack_id)
    policy = aws.cloudformation.get_stack_policy(StackName=plan.stack_id)["StackPolicyBody"]
    assert "LogicalResourceId/JobsQueue" in policy


def test_the_sandbox_reverts_nothing_and_the_plan_says_so(aws: Aws, spec_dir: Path) -> None:
    choice = Choice(revert_drift=True)
    root = platform("unaware", messaging())
    created = make_plan(root, spec_dir, aws, choice)
    assert created.request.revert_drift is False, "there is nothing yet that could have drifted"
    assert apply_plan(created, aws).succeeded
    again = make_plan(root, spec_dir, aws, choice)
    assert again.empty and again.review.notes[-1].endswith("changed outside of CloudFormation is brought back")
    plan = make_plan(platform("unaware", messaging(999)), spec_dir, aws, choice)
    assert plan.request.revert_drift and plan.review.notes == again.review.notes
    read = from_json(to_json(Plans((plan,))))
    assert read.plans[0].request == plan.request
    assert apply_plan(plan, aws).succeeded
    other = make_plan(platform("unaware", messaging(998)), spec_dir, aws)
    assert other.request.name != make_plan(platform("unaware", messaging(998)), spec_dir, aws, choice).request.name


def test_of_several_change_sets_the_first_brings_back(aws: Aws) -> None:
    """Later ones are held against the review, which shows what the first one found."""
    root = platform("several", messaging())
    ways = [Way(State(root, {}), sides_of(Before(), root, {}), ()) for _ in range(2)]
    published = Published("", {}, Materials(ensure_bucket(aws, None), {"MessagingStack": "templates/m"}, {}))
    first, last = step_requests(aws, (REVERTING, published), Before(), ways)
    assert (first.revert_drift, last.revert_drift) == (True, False)
    assert len({first.name, last.name, REVERTING.name}) == 3


ATTACHING = """
platform: demo
environments: {dev: {posture: development}}
network: {cidr: 10.0.0.0/16}
services: {web: {image: 'web:1', port: 8080, uses: {databases.main: connect}}}
databases: {main: {engine: postgres, version: '17'}}
"""


def test_what_other_stacks_attach_may_be_taken_away(tmp_path: Path) -> None:
    """What "a different stack" attaches counts as drift, and "can revert the attachment" (user guide)."""
    spec = tmp_path / "spec.yaml"
    spec.write_text(ATTACHING)
    (root,) = compile_spec(str(spec), ())
    attached = attached_elsewhere(root)
    assert attached
    groups = {root_type(root, address) for address in attached}
    assert groups <= {"AWS::EC2::SecurityGroup", "AWS::IAM::Role"} and "AWS::EC2::SecurityGroup" in groups
    (stack, logical_id), names = next(iter(attached.items()))
    one = Drifted(stack, logical_id, "AWS::EC2::SecurityGroup", "databases.main", "MODIFIED", "SecurityGroupIngress")
    change_set = replace(reverts(), changes=(), drift=DriftAnswer(True, (one, replace(one, path="Tags"))))
    review = Review("demo", "dev", "demo", "us-east-1", "0", "update", ())
    (risk,) = with_reverts(review, change_set, Names({stack: {logical_id: "databases.main"}}), root).risks
    assert (risk.kind, risk.serious) == ("outage", True)
    assert risk.text.startswith(f"bringing {logical_id} back can take away what other stacks attach to it ({names[0]}")


def root_type(root: Compiled, address: Address) -> str:
    bodies = {template.logical_id: template.body for template in root.templates}
    return str(bodies[address[0]]["Resources"][address[1]]["Type"])
