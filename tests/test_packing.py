"""Values that are packed: when, that they come back as they were, and that nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.program.intrinsics import Target
from compiler.program.program import Program
from compiler.program.resource import Resource
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from compiler.stacks.link import Frame, link
from compiler.stacks.packed_root import declared, packed_parameters
from compiler.stacks.packing import MOST_CHARACTERS, NEAR, in_parts, packable
from deployer.errors import DeployError
from deployer.packed_outputs import packs_outputs, unpacked
from deployer.publish import root_parameters
from reviewer.template_set import ROOT, TemplateSet
from tests.goldens.round_trip import wrong_ways
from tests.test_linking import as_compiled, flat, get, resource

IMAGE: Json = {"Type": "String", "Default": "web:1", "Description": "x", "MinLength": 1}


def wide(count: int) -> tuple[dict[str, Json], dict[str, str]]:
    """One stack with that many queues, and another that reads the ARN of each, in a text and in a list."""
    queues = {f"Queue{number}": resource() for number in range(count)}
    readers = {
        f"Reader{number}": resource(
            Text={"Fn::Sub": f"${{Queue{number}.Arn}}/x"}, Values=[get(f"Queue{number}", "Arn"), {"Ref": "Zone"}]
        )
        for number in range(count)
    }
    zone = {"Zone": resource("AWS::Route53::HostedZone"), "Servers": resource(Value=get("Zone", "NameServers"))}
    stacks = dict.fromkeys((*queues, "Zone"), "one") | dict.fromkeys((*readers, "Servers"), "two")
    return {**queues, **readers, **zone}, stacks


def with_outputs(count: int) -> tuple[Program, dict[str, str]]:
    """As many outputs and root parameters as queues."""
    bodies, stacks = wide(count)
    outputs = {f"Shown{number}": get(f"Queue{number}", "Arn") for number in range(count)}
    images = {f"Image{number}": IMAGE for number in range(count)}
    users = {f"User{number}": resource(Image={"Ref": f"Image{number}"}) for number in range(count)}
    stacks |= dict.fromkeys(users, "three")
    return flat({**bodies, **users}, outputs, **images), stacks


def packed(program: Program, stack_of: dict[str, str]) -> Compiled:
    bundles = packed_parameters(program, ())
    paths = {name: f"x.{name}" for name in program.resources}
    root, children = link(program, stack_of, Frame("demo dev", {}, paths, bundles))
    plain = as_compiled(flat({}), {}, "home", {})
    return replace(plain, root=root, children=children, packed=bundles)


def test_what_is_packed_comes_back_as_it_was() -> None:
    bodies, stack_of = wide(240)
    program = flat(bodies)
    compiled = as_compiled(program, stack_of, "home", {})
    assert list(wrong_ways([program], [compiled])) == []
    giving, taking = compiled.children
    assert max(len(giving.body["Outputs"]), len(taking.body["Parameters"])) < 40
    assert taking.body["Parameters"]["ZoneNameServers"] == {"Type": "CommaDelimitedList"}
    assert taking.body["Parameters"]["OneForTwoValues1"] == {"Type": "String"}


@pytest.mark.parametrize(("queues", "names"), [(NEAR - 2, False), (NEAR - 1, True)])
def test_nothing_is_packed_while_there_is_room(queues: int, names: bool) -> None:
    compiled = as_compiled(flat(wide(queues)[0]), wide(queues)[1], "home", {})
    assert any("Values" in name for name in compiled.children[0].body["Outputs"]) == names


def test_what_is_packed_for_the_root_comes_back_as_it_was() -> None:
    program, stack_of = with_outputs(200)
    compiled = packed(program, stack_of)
    assert list(wrong_ways([program], [compiled])) == []
    assert "Outputs" not in compiled.root.body
    assert len(compiled.root.body["Parameters"]) < 40
    assert packs_outputs(compiled)
    assert set(compiled.parameters) == set(program.parameters)


def test_another_region_reads_outputs_of_the_root() -> None:
    program, stack_of = with_outputs(200)
    frame = Frame("demo dev", {}, dict.fromkeys(program.resources, "x"), {}, frozenset({"Shown7"}))
    assert set(link(program, stack_of, frame)[0].body["Outputs"]) == {"Shown7"}


def test_a_chosen_value_takes_its_place_among_the_packed() -> None:
    compiled = packed(*with_outputs(200))
    bundle, names = next((bundle, [*names]) for bundle, names in compiled.packed.items() if "Image7" in names)
    sent = root_parameters(compiled, {}, {"Image7": "web:2"})
    assert sent.keys() == compiled.root.body["Parameters"].keys()
    assert sent[bundle].split(";")[names.index("Image7")] == "web:2"
    assert compiled.root.body["Parameters"][bundle]["Default"] == ";".join(["web:1"] * len(names))
    with pytest.raises(DeployError, match="have more than 4,096 bytes"):
        root_parameters(compiled, {}, {"Image7": "x" * 5000})


def test_a_packed_parameter_without_a_default_has_none() -> None:
    about = declared({"A": IMAGE, "B": {"Type": "String"}})
    assert about["Description"] == "2 values joined by ';', from A to B: the manifest lists them"
    assert "Default" not in about


def test_a_review_sees_through_what_is_packed() -> None:
    compiled = packed(*with_outputs(200))
    templates = {one.logical_id or ROOT: one.body for one in compiled.templates}
    sent = root_parameters(compiled, {}, {"Image7": "web:2"})
    found = TemplateSet(templates, sent)
    assert found.linked(("TwoStack", "Reader7"), "Properties") == {
        "Text": {"Fn::Join": ["", [{"Fn::GetAtt": "OneStack/Queue7.Arn"}, "/x"]]},
        "Values": [{"Fn::GetAtt": "OneStack/Queue7.Arn"}, {"Ref": "OneStack/Zone"}],
    }
    assert found.linked(("ThreeStack", "User7"), "Properties") == {"Image": "web:2"}
    assert found.linked(("ThreeStack", "User8"), "Properties") == {"Image": "web:1"}
    unknown = {"Fn::Select": [7, {"Fn::Split": [";", "a;b"]}]}
    assert found.follow(unknown, ROOT) == unknown


def test_packed_outputs_are_read_by_their_names() -> None:
    outputs = {"PackedOutputs1": "A;https://x/?a=b;B;", "Other": "C;d"}
    assert unpacked(outputs) == {"A": "https://x/?a=b", "B": ""}


PACKABLE: list[tuple[str, str, Json, bool]] = [
    ("AWS::SQS::Queue", "", {}, True),
    ("AWS::SQS::Queue", "Arn", {"QueueName": "jobs"}, True),
    ("AWS::RDS::DBCluster", "Endpoint.Address", {}, True),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "DNSName", {}, True),
    ("AWS::CloudWatch::Alarm", "", {"AlarmName": "a; b"}, False),
    ("AWS::EKS::Cluster", "CertificateAuthorityData", {}, False),
    ("AWS::SSM::Parameter", "Value", {}, False),
    ("Custom::DeployStep", "Arn", {}, False),
    ("AWS::CloudFormation::CustomResource", "Name", {}, False),
]


@pytest.mark.parametrize(("kind", "attribute", "properties", "expected"), PACKABLE)
def test_only_short_texts_are_packed(kind: str, attribute: str, properties: Json, expected: bool) -> None:
    body = {"Type": kind, "Properties": properties}
    assert packable(Resource("A", "x", body, frozenset()), Target("A", attribute)) is expected


@settings(derandomize=True, database=None, deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=9), unique=True, max_size=80), st.integers(1, 900))
def test_parts_are_small_enough_and_one_more_changes_one(items: list[str], size: int) -> None:
    parts = in_parts(items, str, lambda _: size)
    assert sorted(one for part in parts for one in part) == sorted(items)
    assert all(sum(size + 1 for _ in part) <= MOST_CHARACTERS for part in parts)
    more = in_parts([*items, "new"], str, lambda _: size)
    changed = [part for part in more if part not in parts]
    assert len(changed) == 1 or len(more) > len(parts)
