"""Raw resources: linked like any component, used by what they declare, held against CloudFormation's schemas."""

from __future__ import annotations

import pytest

from compiler.language.resource_types import attributes, known_types, strangers
from compiler.source.json_value import Json
from tests.kinds.building import compiled, faults, resources

HEAD = "platform: demo\nenvironments: {dev: {posture: development}}\n"
FUNCTION = "runtime: python3.13, code: job, handler: app.handler"
ROOM = 'room: {Type: "AWS::IoT::ThingGroup", verbs: {look: {actions: ["iot:DescribeThingGroup"], environment: {A: b}}}}'


def built(text: str) -> dict[str, Json]:
    return dict(resources(compiled(HEAD + text)))


def raw(properties: str, more: str = "queues: {jobs: {}}\n") -> Json:
    return built(f"{more}resources: {{note: {{Type: 'AWS::SSM::Parameter', Properties: {properties}}}}}\n")["Note"]


def test_a_resource_is_as_it_is_written() -> None:
    text = (
        "resources: {my-note: {Type: 'AWS::SSM::Parameter', Properties: {Type: String, Value: '${env}'}, "
        "DeletionPolicy: Retain, UpdateReplacePolicy: Retain, Metadata: {Why: so}}}\n"
    )
    assert built(text)["MyNote"] == {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Value": "dev"},
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Metadata": {"Why": "so"},
    }


def test_its_logical_id_and_nested_stack_can_be_chosen() -> None:
    text = "resources: {note: {Type: 'AWS::IoT::Thing', logical_id: Gateway, layer: edge}}\n"
    (edge,) = (child for child in compiled(HEAD + text).children if child.name == "edge")
    assert set(edge.body["Resources"]) == {"Gateway"}
    assert edge.origins == {"Gateway": "resources.note"}


@pytest.mark.parametrize(
    ("value", "linked"),
    [
        ("{Ref: JobsQueue}", {"Ref": "JobsQueue"}),
        ("{'Fn::GetAtt': [JobsQueue, Arn]}", {"Ref": "JobsQueueArn"}),
        ("{'Fn::GetAtt': JobsQueue.Arn}", {"Ref": "JobsQueueArn"}),
        ("{'Fn::Sub': '${JobsQueue.Arn} ${AWS::Region} ${!x} ${env}'}", "${JobsQueueArn} ${AWS::Region} ${!x} dev"),
        ("'${jobs.arn}'", {"Ref": "JobsQueueArn"}),
        ("{'Fn::Sub': ['${x}', {x: {Ref: JobsQueue}}]}", ["${x}", {"x": {"Ref": "JobsQueue"}}]),
        (
            "{'Fn::Sub': '${JobsQueue}: ${jobs.arn}/${jobs.name}'}",
            ["${JobsQueue}: ${Pointer1}/${Pointer2}", {"Pointer1": "Arn", "Pointer2": "QueueName"}],
        ),
    ],
)
def test_it_reaches_any_resource_in_another_stack(value: str, linked: Json) -> None:
    found = raw(f"{{Type: String, Value: {value}}}")["Properties"]["Value"]
    if isinstance(linked, list) and "Pointer1" in linked[1]:
        linked = [linked[0], {name: {"Ref": f"JobsQueue{one}"} for name, one in linked[1].items()}]
    assert found == (linked if isinstance(linked, dict) else {"Fn::Sub": linked})


def test_it_waits_for_what_it_depends_on_in_another_stack() -> None:
    text = "queues: {jobs: {}}\nresources: {note: {Type: 'AWS::IoT::Thing', DependsOn: [JobsQueue]}}\n"
    root = compiled(HEAD + text).root.body["Resources"]
    assert "MessagingStack" in root["DataStack"]["DependsOn"]


def access(verb: str) -> list[Json]:
    text = f"resources: {{{ROOM}}}\nfunctions: {{job: {{{FUNCTION}, uses: {{room: {verb}}}}}}}\n"
    found: list[Json] = built(text)["JobFunctionAccess"]["Properties"]["PolicyDocument"]["Statement"]
    return found


def test_a_verb_allows_its_actions_on_the_resource_and_no_more() -> None:
    (allowed,) = access("look")
    assert (allowed["Action"], allowed["Resource"]) == (["iot:DescribeThingGroup"], [{"Ref": "RoomArn"}])


def test_a_verb_gives_variables_and_attributes_are_read() -> None:
    environment = "{ARN: '${room.Arn}', ID: '${room.ref}'}"
    text = f"functions: {{job: {{{FUNCTION}, uses: {{room: look}}, environment: {environment}}}}}\n"
    function = built(f"resources: {{{ROOM}}}\n{text}")["JobFunction"]["Properties"]
    assert function["Environment"]["Variables"] == {"ROOM_A": "b", "ARN": {"Ref": "RoomArn"}, "ID": {"Ref": "Room"}}


def test_a_custom_resource_has_what_properties_its_author_gives_it() -> None:
    text = f"functions: {{job: {{{FUNCTION}}}}}\nresources:\n"
    token = "{ServiceToken: {'Fn::GetAtt': [JobFunction, Arn]}, Whatever: 1}"
    for name, kind in (("one", "Custom::Seed"), ("two", "AWS::CloudFormation::CustomResource")):
        text += f"  {name}: {{Type: '{kind}', layer: compute, Properties: {token}}}\n"
    assert built(text)["One"]["Properties"]["Whatever"] == built(text)["Two"]["Properties"]["Whatever"] == 1


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ("{}", "missing-property"),
        ("{Type: thing}", "bad-value"),
        ("{Type: 'AWS::IoT::Thin'}", "unknown-resource-type"),
        ("{Type: 'AWS::IoT::Thing', Properties: {Name: x}}", "unknown-resource-property"),
        ("{Type: 'AWS::IoT::Thing', properties: {ThingName: '${y.z}'}}", "unknown-component"),
        ("{Type: 'AWS::IoT::Thing', layer: moon}", "not-allowed"),
        ("{Type: 'AWS::IoT::Thing', verbs: {use: {actions: ['iot:*']}}}", "bad-value"),
        ("{Type: 'AWS::IAM::UserToGroupAddition', verbs: {use: {actions: ['iam:GetUser']}}}", "missing-property"),
    ],
)
def test_what_a_resource_can_not_be(component: str, code: str) -> None:
    assert {one.code for one in faults(f"{HEAD}resources: {{note: {component}}}\n")} == {code}


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("uses: {room: lok}", "unknown-verb"),
        ("environment: {SIZE: '${room.Size}'}", "unknown-attribute"),
    ],
)
def test_what_others_can_not_do_with_it(settings: str, code: str) -> None:
    (one,) = faults(f"{HEAD}resources: {{{ROOM}}}\nfunctions: {{job: {{{FUNCTION}, {settings}}}}}\n")
    assert one.code == code
    assert one.suggestion


def test_schemas_are_known() -> None:
    assert len(known_types()) > 1000
    assert attributes("AWS::IoT::ThingGroup") == ("Arn", "Id")
    assert attributes("Custom::Seed") == () and list(strangers("Custom::Seed", {"X": 1})) == []


def test_intrinsics_and_open_maps_have_no_strangers() -> None:
    rule = {"Fn::If": ["A", {"x": 1}, {"Ref": "AWS::NoValue"}]}
    assert list(strangers("AWS::SQS::Queue", {"RedrivePolicy": rule, "Tags": [{"Key": "a", "Value": "b"}]})) == []
    assert list(strangers("AWS::IAM::Policy", {"PolicyDocument": {"Statement": []}, "PolicyName": "x"})) == []
