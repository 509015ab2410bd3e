"""Scripted: answers of drift detection that no stand-in gives, checked against botocore's model of the service."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.stub import Stubber

from compiler.source.json_value import Json
from deployer.drift.detection import detect, stack_tree
from deployer.drift.differences import Unchecked, detect_drift
from deployer.drift.results import read_drifts
from deployer.drift.view import drifts_lines
from deployer.session import Aws
from reviewer.drift_places import place_for
from reviewer.drifted import Drifted, path_of, value_of
from tests.deployer.platforms import alerts, messaging, platform
from tests.deployer.test_scripted import NOON, STACK, scripted

NESTED = "arn:aws:cloudformation:us-east-1:000000000000:stack/demo-MessagingStack-1/2"
DEEP = "arn:aws:cloudformation:us-east-1:000000000000:stack/demo-MessagingStack-1-Deep-1/3"
ALERTS = "arn:aws:cloudformation:us-east-1:000000000000:stack/demo-AlertsStack-1/4"
CHILD = "AWS::CloudFormation::Stack"

__all__ = ["scripted"]


def held(logical_id: str, kind: str, physical: str = "x", status: str = "CREATE_COMPLETE") -> Json:
    ids = {"LogicalResourceId": logical_id, "PhysicalResourceId": physical, "ResourceType": kind}
    return {**ids, "ResourceStatus": status, "LastUpdatedTimestamp": NOON}


def lists(stubber: Stubber, stack_id: str, *resources: Json) -> None:
    stubber.add_response("list_stack_resources", {"StackResourceSummaries": [*resources]}, {"StackName": stack_id})


def starts(stubber: Stubber, stack_id: str, detection: str) -> None:
    found = {"StackDriftDetectionId": detection}
    stubber.add_response("detect_stack_drift", found, {"StackName": stack_id})


def refuses(stubber: Stubber, stack_id: str, message: str) -> None:
    asked = {"StackName": stack_id}
    stubber.add_client_error("detect_stack_drift", "ValidationError", message, 400, expected_params=asked)


def ends(stubber: Stubber, detection: str, status: str, reason: str = "") -> None:
    told = {"StackId": STACK, "StackDriftDetectionId": detection, "DetectionStatus": status, "Timestamp": NOON}
    told |= {"DetectionStatusReason": reason} if reason else {}
    asked = {"StackDriftDetectionId": detection}
    stubber.add_response("describe_stack_drift_detection_status", told, asked)


def result(logical_id: str, status: str, *differences: tuple[str, str, str, str], **more: Json) -> Json:
    names = ("PropertyPath", "ExpectedValue", "ActualValue", "DifferenceType")
    found = [dict(zip(names, one, strict=True)) for one in differences]
    ids = {"StackId": STACK, "LogicalResourceId": logical_id, "ResourceType": "AWS::SQS::Queue", "Timestamp": NOON}
    return {**ids, "StackResourceDriftStatus": status, **({"PropertyDifferences": found} if found else {}), **more}


def test_nested_stacks_of_nested_stacks_are_in_the_tree(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    gone = held("Gone", CHILD, DEEP, "DELETE_COMPLETE")
    lists(stubber, STACK, held("MessagingStack", CHILD, NESTED), gone)
    lists(stubber, NESTED, held("Jobs", "AWS::SQS::Queue"), held("Deep", CHILD, DEEP))
    lists(stubber, DEEP, held("Lowest", "AWS::SQS::Queue"))
    tree = stack_tree(aws, STACK)
    assert {key: stack_id for key, (stack_id, _) in tree.items()} == {
        "": STACK,
        "MessagingStack": NESTED,
        "MessagingStack/Deep": DEEP,
    }


def test_all_stacks_are_begun_before_one_is_waited_for(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    starts(stubber, STACK, "one")
    refuses(stubber, NESTED, "Drift detection is already in progress for the stack")
    starts(stubber, NESTED, "two")
    refuses(stubber, ALERTS, "Stack is in UPDATE_IN_PROGRESS state: drift detection is not allowed")
    ends(stubber, "one", "DETECTION_IN_PROGRESS")
    ends(stubber, "one", "DETECTION_COMPLETE")
    ends(stubber, "two", "DETECTION_FAILED", "Failed to detect drift on resources [Jobs]")
    reasons = detect(aws, {"": STACK, "MessagingStack": NESTED, "AlertsStack": ALERTS})
    assert [*reasons.refused] == ["AlertsStack"]
    assert reasons.incomplete == {"MessagingStack": "Failed to detect drift on resources [Jobs]"}


def test_all_pages_are_read_and_values_are_those_of_the_service(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    wanted = {"StackName": STACK, "StackResourceDriftStatusFilters": ["MODIFIED"]}
    tag = '{"Key":"a","Value":"b"}'
    pages = [
        result("First", "MODIFIED", ("/Tags/1", "null", tag, "ADD"), ("/Delay", "5", "null", "REMOVE")),
        result("Second", "MODIFIED", ("/RedrivePolicy/maxReceiveCount", "5", "9", "NOT_EQUAL")),
    ]
    stubber.add_response(
        "describe_stack_resource_drifts", {"StackResourceDrifts": [pages[0]], "NextToken": "n"}, wanted
    )
    stubber.add_response(
        "describe_stack_resource_drifts", {"StackResourceDrifts": [pages[1]]}, {**wanted, "NextToken": "n"}
    )
    first, second = read_drifts(aws, STACK, "MessagingStack", ("MODIFIED",))
    assert [one.text for one in first.differences] == [
        'Tags[1]: (none) → {"Key": "a", "Value": "b"}',
        "Delay: 5 → (none)",
    ]
    assert [one.text for one in second.differences] == ["RedrivePolicy.maxReceiveCount: 5 → 9"]


def test_what_could_not_be_checked_is_no_absence_of_drift(scripted: tuple[Aws, Stubber]) -> None:
    aws, stubber = scripted
    told = {"StackId": STACK, "StackName": "demo", "CreationTime": NOON, "StackStatus": "CREATE_COMPLETE"}
    stubber.add_response("describe_stacks", {"Stacks": [told]}, {"StackName": "demo"})
    lists(stubber, STACK, held("MessagingStack", CHILD, NESTED), held("AlertsStack", CHILD, ALERTS))
    lists(stubber, NESTED, held("JobsQueue", "AWS::SQS::Queue"), held("Odd", "Custom::Odd"))
    lists(stubber, ALERTS, held("AlertsTopic", "AWS::SNS::Topic"))
    for stack_id, detection in ((STACK, "1"), (NESTED, "2")):
        starts(stubber, stack_id, detection)
    refuses(stubber, ALERTS, "no detection in this state")
    for detection in ("1", "2"):
        ends(stubber, detection, "DETECTION_COMPLETE")
    stubber.add_response("get_template", {"TemplateBody": "{}"}, {"StackName": STACK, "TemplateStage": "Original"})
    stubber.add_response("describe_stack_resource_drifts", {"StackResourceDrifts": []}, {"StackName": STACK})
    unknown = result("JobsQueue", "UNKNOWN", DriftStatusReason="may not be read")
    stubber.add_response("describe_stack_resource_drifts", {"StackResourceDrifts": [unknown]}, {"StackName": NESTED})

    found = detect_drift(aws, platform("demo", messaging(), alerts()))
    assert (found.drifted, found.sure, found.checked, found.stacks) == ((), False, 0, 3)
    assert found.unchecked == (
        Unchecked("AlertsStack", "no detection in this state"),
        Unchecked("MessagingStack/JobsQueue", "may not be read"),
    )
    assert found.unsupported == {"Custom::Odd": 1}
    assert list(drifts_lines([found])) == [
        "demo in us-east-1: no drift found, but not all could be checked",
        "  not known: AlertsStack: no detection in this state",
        "  not known: MessagingStack/JobsQueue: may not be read",
        "  0 resources of 3 stacks checked",
        "  1 resource of types without drift detection: 1 Custom::Odd",
    ]


@pytest.mark.parametrize(
    ("expected", "actual", "unlike"),
    [
        ("30", "30", False),
        ("30", "60", True),
        ("true", True, False),
        ({"a": 1, "b": "2"}, {"b": 2, "a": "1"}, False),
        (
            [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
            [{"Key": "b", "Value": "2"}, {"Key": "a", "Value": "1"}],
            False,
        ),
        (["a", "b"], ["b", "a"], True),
        (None, "x", True),
        ("x", None, True),
    ],
)
def test_texts_that_mean_the_same_are_no_drift(expected: Json, actual: Json, unlike: bool) -> None:
    one = Drifted("", "Jobs", "AWS::SQS::Queue", "queues.jobs", "MODIFIED", "P", expected, actual)
    assert one.unlike is unlike


@pytest.mark.parametrize(
    ("pointer", "path"),
    [("/Tags/0/Value", "Tags[0].Value"), ("/A", "A"), ("/Environment/a~1b~0c", "Environment.a/b~c"), ("", "")],
)
def test_pointers_become_paths(pointer: str, path: str) -> None:
    assert path_of(pointer) == path


@pytest.mark.parametrize(
    ("text", "value"), [("null", None), ("[1]", [1]), ("{broken", "{broken"), ("5", "5"), (None, None)]
)
def test_values_are_read_as_they_are_written(text: str | None, value: Json) -> None:
    assert value_of(text) == value


def test_a_line_is_that_of_the_key_if_it_is_the_only_one(tmp_path: Path) -> None:
    from compiler.pipeline import compile_spec

    file = tmp_path / "a.yaml"
    queues = "  jobs:\n    visibility_seconds: 45\n    delay_seconds: 45\n    retention_days: 3\n"
    head = "platform: demo\nenvironments:\n  dev: {posture: development}\nqueues:\n"
    file.write_text(head + queues, encoding="utf-8")
    (root,) = compile_spec(str(file))

    def line(path: str, value: Json) -> str:
        return place_for(root, "queues.jobs", path, value).rpartition("a.yaml:")[2]

    assert line("DelaySeconds", "45") == "7:5"
    assert line("VisibilityTimeout", "45") == "5:3", "two settings have this value"
    assert line("SomethingElse", "3") == "8:5"
    assert line("SomethingElse", "none of these") == "5:3"
