"""Scripted: what early validation and hooks find, which the sandbox does not have; checked against botocore's model."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.stub import Stubber

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.changeset import ChangeSet, make_change_set
from deployer.deployed import Stack, find_stack
from deployer.errors import REFUSED, DeployError
from deployer.events import HookCall, StackEvent, last_operation
from deployer.hooks import hook_warnings
from deployer.importing.prepared import Prepared
from deployer.importing.rejected import rejected_import
from deployer.importing.subject import Subject
from deployer.importing.targets import Target
from deployer.importing.templates import ImportTemplate
from deployer.outcome import Names, failures, names_of
from deployer.plan import make_plan
from deployer.publish import AS_SPECIFIED
from deployer.session import Aws
from deployer.validations import SOURCE, findings_of, refusal, with_warnings
from deployer.watch import Progress
from reviewer.change import Review, Risk
from tests.deployer.platforms import QUEUE, alerts, messaging, platform
from tests.deployer.test_drift import PAGE
from tests.deployer.test_scripted import CHANGE_SET, NAMED, NOON, REQUEST, STACK, answer, row, scripted

__all__ = ["scripted"]

CHILD_STACK = "arn:aws:cloudformation:us-east-1:000000000000:stack/demo-MessagingStack-1ABC/2"
CHILD = "arn:aws:cloudformation:us-east-1:000000000000:changeSet/stackwright-1-MessagingStack-1/2"
OTHER_STACK = "arn:aws:cloudformation:us-east-1:000000000000:stack/demo-AlertsStack-2ABC/3"
OTHER = "arn:aws:cloudformation:us-east-1:000000000000:changeSet/stackwright-1-AlertsStack-1/3"
PLATFORM = platform("demo", messaging(), alerts())
NAMES = names_of(PLATFORM)
ECHO = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot Early "
    "Validation errors, use the DescribeEvents API for detailed failure information."
)


def validation(logical_id: str, name: str, reason: str, path: str = "", mode: str = "FAIL") -> Json:
    told = {"EventType": "VALIDATION_ERROR", "LogicalResourceId": logical_id, "ResourceType": "AWS::SQS::Queue"}
    told |= {"ValidationName": name, "ValidationStatus": "FAILED", "ValidationStatusReason": reason}
    return {
        **told,
        "ValidationFailureMode": mode,
        "ValidationPath": f"/Resources/{logical_id}{path}",
        "Timestamp": NOON,
    }


TAKEN = validation("JobsQueue", "NAME_CONFLICT_VALIDATION", "Resource with identifier 'jobs' already exists.")
UNKNOWN = validation(
    "JobsQueue", "PROPERTY_VALIDATION", "extraneous key [Delay] is not permitted", "/Properties/VisibilityTimeout"
)
HOOK = {
    "EventType": "HOOK_INVOCATION_ERROR",
    "LogicalResourceId": "AlertsTopic",
    "ResourceType": "AWS::SNS::Topic",
    "HookType": "Acme::Encrypted::Hook",
    "HookStatus": "HOOK_COMPLETE_FAILED",
    "HookStatusReason": "topics must be encrypted",
    "HookFailureMode": "FAIL",
}


def asked(change_set: str, stack: str) -> Json:
    return {"ChangeSetName": change_set, "StackName": stack, "Filters": {"FailedEvents": True}}


def events(stubber: Stubber, change_set: str, stack: str, *found: Json) -> None:
    stubber.add_response("describe_events", {"OperationEvents": [*found]}, asked(change_set, stack))


def described(change_set: str, stack: str, status: str, reason: str = "") -> Json:
    return {**answer(status, reason), "ChangeSetId": change_set, "StackId": stack}


def test_every_finding_of_every_nested_stack_is_told_by_component_and_line(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    stubber.add_client_error("describe_change_set", "ChangeSetNotFound", expected_params=NAMED)
    stubber.add_response("create_change_set", {"Id": CHANGE_SET})
    reason = f"Nested change set {CHILD} was not successfully created: Currently in FAILED."
    nested = row("AlertsStack")
    nested["ResourceChange"]["ChangeSetId"] = OTHER
    stubber.add_response("describe_change_set", answer("FAILED", reason, Changes=[nested]), NAMED)
    pending = described(OTHER, OTHER_STACK, "CREATE_IN_PROGRESS")
    stubber.add_response("describe_change_set", pending, {"ChangeSetName": OTHER})
    change_set = make_change_set(aws, REQUEST)

    stubber.add_response("describe_change_set", described(CHILD, CHILD_STACK, "FAILED", ECHO), {"ChangeSetName": CHILD})
    stubber.add_response("describe_change_set", pending, {"ChangeSetName": OTHER})
    stubber.add_response("describe_change_set", described(OTHER, OTHER_STACK, "FAILED", ECHO), {"ChangeSetName": OTHER})
    events(stubber, CHANGE_SET, STACK)
    events(stubber, OTHER, OTHER_STACK, HOOK)
    more = {"OperationEvents": [TAKEN, {"EventType": "PROGRESS_EVENT"}], "NextToken": "n"}
    stubber.add_response("describe_events", more, asked(CHILD, CHILD_STACK))
    stubber.add_response(
        "describe_events", {"OperationEvents": [UNKNOWN]}, {**asked(CHILD, CHILD_STACK), "NextToken": "n"}
    )

    error = refusal(aws, change_set, NAMES)
    assert error.exit_code == REFUSED
    assert [str(one).splitlines() for one in error.diagnostics[1:]] == [
        [
            "spec/demo.yaml:3:5: error[hook-failed]: topics.alerts: topics must be encrypted (Acme::Encrypted::Hook)",
            "  resource: AWS::SNS::Topic AlertsStack/AlertsTopic",
        ],
        [
            "spec/demo.yaml:3:5: error[early-validation]: queues.jobs: Resource with identifier 'jobs' already exists. "
            "(NAME_CONFLICT_VALIDATION)",
            "  resource: AWS::SQS::Queue MessagingStack/JobsQueue",
        ],
        [
            "spec/demo.yaml:3:5: error[early-validation]: queues.jobs: extraneous key [Delay] is not permitted "
            "(PROPERTY_VALIDATION)",
            "  resource: AWS::SQS::Queue MessagingStack/JobsQueue at Properties.VisibilityTimeout",
        ],
    ]
    assert error.diagnostics[0].code == "change-set-rejected" and reason in error.message
    shown = PAGE.split("<!-- finding -->")[1].split("```")[1].strip()
    assert shown.replace("shop.yaml:6:3", "spec/demo.yaml:3:5") == str(error.diagnostics[2])


def failed(reason: str = ECHO, *inside: tuple[str, ChangeSet]) -> ChangeSet:
    return ChangeSet(CHANGE_SET, STACK, "FAILED", reason, "UNAVAILABLE", (), inside=inside)


def test_a_finding_is_at_the_key_of_the_property(scripted: tuple[Aws, Stubber], tmp_path: Path) -> None:
    aws, stubber = scripted
    file = tmp_path / "shop.yaml"
    head = "platform: demo\nenvironments:\n  dev: {posture: development}\n"
    file.write_text(head + "queues:\n  jobs:\n    retention_days: 3\n    delay_seconds: 5\n")
    (root,) = compile_spec(str(file))
    event = validation("JobsQueue", "PROPERTY_VALIDATION", "no", "/Properties/DelaySeconds")
    nested = ChangeSet(CHILD, CHILD_STACK, "FAILED", ECHO, "UNAVAILABLE", ())
    events(stubber, CHANGE_SET, STACK)
    events(stubber, CHILD, CHILD_STACK, event)
    error = refusal(aws, failed("", ("MessagingStack", nested)), names_of(root), root)
    assert str(error.diagnostics[1]).startswith(f"{file}:7:5: error[early-validation]: queues.jobs: no")


def test_a_nested_stack_that_failed_for_another_reason_says_it(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    bad = ChangeSet(CHILD, CHILD_STACK, "FAILED", "Template format error: duplicate Export names", "UNAVAILABLE", ())
    same = replace(bad, id=OTHER, stack_id=OTHER_STACK, reason="The submitted information didn't contain changes.")
    for change_set, stack in ((CHANGE_SET, STACK), (CHILD, CHILD_STACK), (OTHER, OTHER_STACK)):
        events(stubber, change_set, stack)
    error = refusal(aws, failed("", ("MessagingStack", bad), ("AlertsStack", same)), NAMES)
    assert [(one.code, one.message) for one in error.diagnostics[1:]] == [
        ("change-set-rejected", "Template format error: duplicate Export names")
    ]
    assert "MessagingStack" in error.diagnostics[1].resource


def prepared(aws: Aws) -> Prepared:
    queue = {"QueueUrl": "https://sqs/jobs"}
    target = Target("queues.jobs", "us-east-1", "MessagingStack", "JobsQueue", QUEUE, "jobs")
    subject = Subject(aws, PLATFORM, AS_SPECIFIED, "bucket", None, {})
    stack = Stack(CHILD_STACK, "demo-MessagingStack-1ABC", "CREATE_COMPLETE", "", {}, {}, {}, False, "")
    return Prepared(subject, "MessagingStack", stack, (target,), ImportTemplate({}, {}), "", {"JobsQueue": queue})


def test_an_import_that_is_refused_tells_what_was_found(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    change_set = ChangeSet(CHILD, CHILD_STACK, "FAILED", ECHO, "UNAVAILABLE", ())
    events(stubber, CHILD, CHILD_STACK, TAKEN)
    error = rejected_import(prepared(aws), change_set)
    first, second = error.diagnostics
    assert first.message == f"CloudFormation does not import queues.jobs=https://sqs/jobs: {ECHO}"
    assert (second.code, second.component, second.message) == (
        "early-validation",
        "queues.jobs",
        "Resource with identifier 'jobs' already exists. (NAME_CONFLICT_VALIDATION)",
    )
    assert str(second).startswith("spec/demo.yaml:3:5") and second.resource.endswith("MessagingStack/JobsQueue")
    stubber.add_client_error("describe_events", "AccessDenied", "no DescribeEvents for you")
    assert "no DescribeEvents for you" in rejected_import(prepared(aws), change_set).hint


@pytest.mark.parametrize("code", ["AccessDenied", "InvalidAction", "ValidationError"])
def test_findings_that_can_not_be_read_do_not_hide_the_refusal(scripted: tuple[Aws, Stubber], code: str) -> None:
    aws, stubber = scripted
    stubber.add_client_error("describe_events", code, "no DescribeEvents for you")
    error = refusal(aws, failed(), NAMES)
    assert ECHO in error.message and "no DescribeEvents for you" in error.hint
    assert len(error.diagnostics) == 1


READY = ChangeSet(CHANGE_SET, STACK, "CREATE_COMPLETE", "", "AVAILABLE", (), hooks=2)
REVIEW = Review("demo", "dev", "demo", "us-east-1", "0", "update", ())


def test_what_is_only_warned_of_is_a_risk_and_hooks_are_notes(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    nested = replace(READY, id=CHILD, stack_id=CHILD_STACK)
    warning = validation("JobsQueue", "BUCKET_EMPTINESS_VALIDATION", "the bucket is not empty", mode="WARN")
    events(stubber, CHANGE_SET, STACK)
    events(stubber, CHILD, CHILD_STACK, warning)
    for change_set, mode, names in ((CHANGE_SET, "FAIL", ("A", "B")), (CHILD, "WARN", ("A",))):
        hooks = [
            {"TypeName": f"Acme::{mode}::Hook", "FailureMode": mode, "TargetDetails": target(one)} for one in names
        ]
        stubber.add_response(
            "describe_change_set_hooks", {"Hooks": hooks[:1], "NextToken": "n"}, {"ChangeSetName": change_set}
        )
        stubber.add_response(
            "describe_change_set_hooks", {"Hooks": hooks[1:]}, {"ChangeSetName": change_set, "NextToken": "n"}
        )
    review = with_warnings(aws, REVIEW, (replace(READY, inside=(("MessagingStack", nested),)), NAMES), PLATFORM)
    text = "JobsQueue: the bucket is not empty (BUCKET_EMPTINESS_VALIDATION)"
    assert review.risks == (Risk("refused", "queues.jobs", text, "spec/demo.yaml:3:5", source=SOURCE),)
    assert review.notes == (
        "hook Acme::FAIL::Hook looks at 2 resources before it is changed, and stops the deployment if it fails",
        "hook Acme::WARN::Hook looks at 1 resource before it is changed, and only warns if it fails",
    )


def test_a_warning_about_what_is_removed_names_its_component(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    nested = replace(READY, id=CHILD, stack_id=CHILD_STACK, hooks=0)
    events(stubber, CHANGE_SET, STACK)
    events(stubber, CHILD, CHILD_STACK, validation("Old", "BUCKET_EMPTINESS_VALIDATION", "not empty", mode="WARN"))
    names = names_of(PLATFORM, {"MessagingStack": {"Old": "buckets.tmp"}})
    made = replace(READY, hooks=0, inside=(("MessagingStack", nested),))
    (risk,) = with_warnings(aws, REVIEW, (made, names), PLATFORM).risks
    assert (risk.component, risk.text, risk.place) == (
        "buckets.tmp",
        "Old: not empty (BUCKET_EMPTINESS_VALIDATION)",
        "",
    )
    assert names.component("MessagingStack", "JobsQueue") == "queues.jobs"


def target(logical_id: str) -> Json:
    return {"TargetType": "RESOURCE", "ResourceTargetDetails": {"LogicalResourceId": logical_id}}


def test_hooks_that_can_not_be_asked_for_break_no_plan(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    events(stubber, CHANGE_SET, STACK)
    stubber.add_client_error("describe_change_set_hooks", "InvalidAction", "Unknown action")
    assert with_warnings(aws, REVIEW, (READY, NAMES), PLATFORM) == REVIEW
    stubber.add_client_error("describe_events", "AccessDenied", "not yours")
    stubber.add_client_error("describe_change_set_hooks", "AccessDenied", "not yours")
    noted = with_warnings(aws, REVIEW, (READY, NAMES), PLATFORM)
    assert noted.notes == ("what early validation has found is not known: details can't be read: not yours",)


def test_a_plan_that_is_refused_leaves_nothing_and_tells_all(aws: Aws, spec_dir: Path) -> None:
    """The sandbox's own refusal, over HTTP: its reason, and no stack that nobody executed."""
    root: Compiled = platform("refused", messaging(), Odd={"Type": "AWS::Nothing::Real"})
    with pytest.raises(DeployError, match="AWS::Nothing::Real") as caught:
        make_plan(root, spec_dir, aws)
    assert (caught.value.exit_code, find_stack(aws, "refused")) == (REFUSED, None)


def called(logical_id: str, status: str, reason: str = "", mode: str = "FAIL") -> StackEvent:
    hook = HookCall("Acme::Encrypted::Hook", status, reason, mode == "WARN")
    return replace(event(logical_id, "CREATE_IN_PROGRESS"), id=f"{logical_id}{status}{mode}", hook=hook)


def event(logical_id: str, status: str, reason: str = "") -> StackEvent:
    when = datetime(2026, 1, 1, tzinfo=UTC)
    return StackEvent(
        logical_id + status, "MessagingStack", "id", logical_id, "", "AWS::SQS::Queue", status, reason, when
    )


def test_a_resource_that_a_hook_stopped_says_what_the_hook_said() -> None:
    stopped = event("JobsQueue", "CREATE_FAILED", "The following hook(s) failed: [Acme::Encrypted::Hook]")
    hooks = [
        called("JobsQueue", "HOOK_IN_PROGRESS"),
        called("JobsQueue", "HOOK_COMPLETE_FAILED", "queues must be encrypted"),
        called("JobsQueue", "HOOK_COMPLETE_FAILED", "a name is missing", "WARN"),
        called("Other", "HOOK_COMPLETE_FAILED", "not this one"),
    ]
    (failure,) = failures([*hooks, stopped], NAMES)
    assert (failure.component, failure.place) == ("queues.jobs", "spec/demo.yaml:3:5")
    assert failure.reason == "hook Acme::Encrypted::Hook: queues must be encrypted"
    (untold,) = failures([stopped], NAMES)
    assert untold.reason == stopped.reason
    assert list(hook_warnings(hooks, NAMES)) == [
        "hook Acme::Encrypted::Hook warns of queues.jobs: JobsQueue: a name is missing"
    ]
    shown = str(Progress(hooks[1], "queues.jobs", 0, 1))
    assert shown.endswith("AWS::SQS::Queue hook Acme::Encrypted::Hook HOOK_COMPLETE_FAILED (queues must be encrypted)")


def test_hooks_in_events_are_read(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    told = {"StackId": STACK, "StackName": "demo", "EventId": "1", "Timestamp": NOON, "LogicalResourceId": "Jobs"}
    told |= {"ResourceStatus": "CREATE_IN_PROGRESS", "HookType": "Acme::A::B", "HookStatus": "HOOK_COMPLETE_FAILED"}
    told |= {"HookStatusReason": "no", "HookFailureMode": "WARN", "HookInvocationPoint": "PRE_PROVISION"}
    for _ in range(2):
        stubber.add_response("describe_stack_events", {"StackEvents": [told]}, {"StackName": STACK})
    (found,) = last_operation(aws, STACK)
    assert found.hook == HookCall("Acme::A::B", "HOOK_COMPLETE_FAILED", "no", warns=True)


def test_findings_of_a_change_set_without_any_are_none(aws: Aws, spec_dir: Path) -> None:
    """Over HTTP: the sandbox answers, with nothing."""
    plan = make_plan(platform("unfound", messaging()), spec_dir, aws)
    found = findings_of(aws, ChangeSet(plan.change_set, plan.stack_id, "CREATE_COMPLETE", "", "AVAILABLE", ()), Names())
    assert (found.findings, found.unknown, len(found.change_sets)) == ((), "", 1)
