"""Operations that are too large, divided: which nested stacks go together, in which order, and what lies between."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pytest

from compiler.program.intrinsics import targets
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from reviewer.compare import changes_between
from reviewer.findings import find
from reviewer.in_steps import in_steps
from reviewer.sides import Before, sides_of
from reviewer.steps import Way, ways_of
from reviewer.template_set import ROOT, STACK_TYPE
from reviewer.touched import size_of, touched
from tests.deployer.platforms import platform

LIMIT = 40
Ahead = Mapping[str, Sequence[str]]


@pytest.mark.parametrize(
    ("ahead", "sizes", "steps"),
    [
        ({}, {}, ()),
        ({"a": [], "b": ["a"]}, {"a": 5, "b": 5}, (("a", "b"),)),
        ({"a": [], "b": ["a"]}, {"a": 6, "b": 5}, (("a",), ("b",))),
        ({"b": ["a"], "a": []}, {"a": 6, "b": 5}, (("a",), ("b",))),
        ({"a": ["b"], "b": ["a"], "c": []}, {"a": 6, "b": 6, "c": 1}, (("a", "b"), ("c",))),
        ({"c": ["a"], "a": ["b"], "b": ["a"]}, {"a": 3, "b": 3, "c": 5}, (("a", "b"), ("c",))),
        ({"a": [], "b": [], "c": []}, {"a": 20, "b": 1, "c": 9}, (("a",), ("b", "c"))),
        ({"a": ["gone"], "b": []}, {"a": 1, "b": 1}, (("a", "b"),)),
    ],
)
def test_steps_of_ten(ahead: Ahead, sizes: Mapping[str, int], steps: object) -> None:
    assert in_steps(ahead, sizes, 10) == steps


def graphs() -> Iterable[tuple[dict[str, list[str]], dict[str, int]]]:
    """Graphs with and without circles."""
    for seed in range(150):
        draw = random.Random(seed)
        names = [f"n{number}" for number in range(draw.randint(1, 25))]
        ahead = {name: sorted(draw.sample(names, draw.randint(0, min(2, len(names) - 1)))) for name in names}
        if seed % 2:
            ahead = {name: [one for one in found if one < name] for name, found in ahead.items()}
        yield ahead, {name: draw.randint(0, 8) for name in names}


def test_steps_have_everything_once_in_order_and_are_no_larger_than_they_must() -> None:
    for ahead, sizes in graphs():
        steps = in_steps(ahead, sizes, 10)
        assert sorted(itertools.chain(*steps)) == sorted(ahead)
        done: set[str] = set()
        for step in steps:
            done |= {*step}
            assert all(one in done for name in step for one in ahead[name])
            assert sum(sizes[name] for name in step) <= 10 or reach(ahead, step[0]) >= {*step}
        assert steps == in_steps(ahead, dict(reversed(sizes.items())), 10)


def reach(ahead: Ahead, name: str) -> set[str]:
    found, waiting = {name}, [name]
    while waiting:
        following = {*ahead[waiting.pop()]} - found
        found |= following
        waiting += following
    return found


# ---- platforms of nested stacks that read each other


def stack(name: str, queues: int, reads: Iterable[str] = (), **more: Json) -> Template:
    """A nested stack with so many queues, and a topic that has the name of the first queue of each other one."""
    body: dict[str, Json] = {"Resources": {}, "Outputs": {}}
    for number in range(queues):
        body["Resources"][f"{name}Queue{number}"] = {"Type": "AWS::SQS::Queue"}
    first = f"{name}Queue0"
    body["Outputs"] = {f"{name}Name": {"Value": {"Fn::GetAtt": [first, "QueueName"]}}} if queues else {}
    for other in reads:
        body.setdefault("Parameters", {})[f"{other}Name"] = {"Type": "String"}
        properties = {"DisplayName": {"Ref": f"{other}Name"}}
        body["Resources"][f"{name}Of{other}"] = {"Type": "AWS::SNS::Topic", "Properties": properties}
    for section, found in more.items():
        body[section] = {**body.get(section, {}), **found}
    origins = dict.fromkeys(body["Resources"], f"queues.{name}")
    return Template(name, f"{name}Stack", body, origins, tuple(reads))


def of(*children: Template, root: Mapping[str, Json] | None = None, **parameters: Json) -> Compiled:
    """A platform whose root passes on what the nested stacks read of each other."""
    made = platform("divided", *children)
    body = dict(made.root.body)
    resources = dict(body["Resources"])
    for child in children:
        given = {name: _given(name, parameters) for name in child.body.get("Parameters", {})}
        about = resources[child.logical_id]["Properties"]
        about = {key: value for key, value in about.items() if key != "Parameters"}
        resources[child.logical_id] = {
            "Type": STACK_TYPE,
            "Properties": about | ({"Parameters": given} if given else {}),
        }
    body |= {"Resources": {**resources, **(root or {})}}
    body |= {"Parameters": {name: {"Type": "String"} for name in parameters}} if parameters else {}
    return replace(made, root=replace(made.root, body=body))


def _given(name: str, parameters: Mapping[str, Json]) -> Json:
    return (
        {"Ref": name}
        if name in parameters
        else {"Fn::GetAtt": [f"{name.removesuffix('Name')}Stack", f"Outputs.{name}"]}
    )


def deployed(compiled: Compiled, **parameters: str) -> Before:
    """The platform as it is deployed, with addresses in place of files."""
    bodies: dict[str, Json] = {one.logical_id or ROOT: one.body for one in compiled.templates}
    resources = {
        name: {**body, "Properties": {**body["Properties"], "TemplateURL": f"https://b.s3/{name}.json"}}
        if body["Type"] == STACK_TYPE
        else body
        for name, body in compiled.root.body["Resources"].items()
    }
    bodies[ROOT] = {**compiled.root.body, "Resources": resources}
    origins = {one.logical_id or ROOT: one.origins for one in compiled.templates}
    return Before(bodies, parameters, origins, compiled.tags)


def ways(before: Before, compiled: Compiled, most: int = LIMIT, **parameters: str) -> tuple[Way, ...]:
    sides = sides_of(before, compiled, parameters)
    found = ways_of(sides, changes_between(sides), most)
    for way in found:
        assert_whole(way.state.compiled)
    assert found == ways_of(sides, changes_between(sides), most)
    return found


def assert_whole(compiled: Compiled) -> None:
    """Nothing in the templates refers to anything that is not there."""
    root = compiled.root.body
    bodies = {child.logical_id: child.body for child in compiled.children}
    known = {*root["Resources"], *root.get("Parameters", {})}
    for target in targets([root["Resources"], root.get("Outputs", {})]):
        assert target.logical_id in known
        if target.attribute.startswith("Outputs."):
            assert target.attribute.removeprefix("Outputs.") in bodies[target.logical_id]["Outputs"]
    for name, body in root["Resources"].items():
        assert {*_waits(body)} <= known
        if body["Type"] == STACK_TYPE:
            assert body["Properties"].get("Parameters", {}).keys() == bodies[name].get("Parameters", {}).keys()


def _waits(body: Mapping[str, Json]) -> Sequence[str]:
    found = body.get("DependsOn", ())
    return (found,) if isinstance(found, str) else found


def units(found: Sequence[Way]) -> list[tuple[str, ...]]:
    return [way.state.units for way in found]


CHAIN = of(stack("a", 12), stack("b", 12, ["a"]), stack("c", 12, ["b"]), stack("d", 12, ["a", "c"]))
"""Four nested stacks of about as many resources; a change set that creates one counts for 13 or 14, and 4."""


def test_a_platform_that_fits_into_one_operation_is_not_divided() -> None:
    assert ways(Before(), CHAIN, most=70) == ()
    assert len(ways(Before(), CHAIN, most=54)) == 2


def test_a_creation_adds_whole_nested_stacks_in_the_order_of_what_they_read() -> None:
    found = ways(Before(), CHAIN)
    assert units(found) == [("a", "b"), ("c", "d")]
    assert all(size_of(way.sides, way.changes) <= LIMIT for way in found)
    first, last = (way.state.compiled for way in found)
    assert {*first.root.body["Resources"]} == {"aStack", "bStack"}
    assert {*first.root.body["Outputs"]} == {"aName", "bName"}
    assert last == CHAIN
    every = [change.logical_id for way in found for change in way.changes]
    assert sorted(every) == sorted(name for child in CHAIN.children for name in child.body["Resources"])


def test_each_step_says_which_nested_stacks_it_is_about() -> None:
    assert [way.step.lines for way in ways(Before(), CHAIN)] == [
        ("stacks a and b: 25 resources created",),
        ("stacks c and d: 27 resources created",),
    ]


def test_what_was_interrupted_goes_on_with_what_is_left() -> None:
    first = ways(Before(), CHAIN)[0].state.compiled
    assert ways(deployed(first), CHAIN) == ()
    assert units(ways(deployed(first), CHAIN, most=22)) == [("c",), ("d",)]


def test_a_removal_begins_with_what_reads_the_others() -> None:
    found = ways(deployed(CHAIN), of(stack("a", 12)))
    assert units(found) == [("dStack", "cStack"), ("bStack",)]
    assert {*found[0].state.compiled.root.body["Resources"]} == {"aStack", "bStack"}
    assert (
        found[0].state.compiled.root.body["Resources"]["bStack"]["Properties"]["TemplateURL"]
        == "https://b.s3/bStack.json"
    )


GROWN = of(stack("a", 30), stack("b", 30, ["a"]), stack("c", 30, ["b"]), stack("d", 12, ["a", "c"]))


def test_an_update_leaves_the_others_as_they_are_deployed() -> None:
    found = ways(deployed(CHAIN), GROWN)
    assert units(found) == [("a",), ("b",), ("c",)]
    first = found[0].state.compiled
    assert [child.body for child in first.children] == [
        GROWN.children[0].body,
        *(child.body for child in (CHAIN.children[1], CHAIN.children[2], GROWN.children[3])),
    ]


def test_an_output_that_goes_goes_after_who_reads_it() -> None:
    """`a` drops the output that `b` has read: `b` is updated before or with it."""
    lonely = stack("a", 30)
    without = replace(lonely, body={key: value for key, value in lonely.body.items() if key != "Outputs"})
    wanted = of(replace(without, body={**without.body, "Outputs": {}}), stack("b", 30), stack("c", 12, ["b"]))
    before = deployed(of(stack("a", 12), stack("b", 12, ["a"]), stack("c", 12, ["b"])))
    assert units(ways(before, wanted)) == [("b",), ("a",)]


def test_stacks_that_need_each_other_stay_together_and_the_review_says_that_it_is_too_much() -> None:
    """`a` removes queues that `b` may use, and `b` as wanted reads an output that `a` gets."""
    more = {"aNext": {"Value": {"Fn::GetAtt": ["aQueue1", "QueueName"]}}}
    reading = stack("b", 40, ["a"], Parameters={"aNext": {"Type": "String"}})
    wanted = of(stack("a", 10, Outputs=more), reading, stack("c", 40, ["b"]))
    nested = dict(wanted.root.body["Resources"])
    given = {**nested["bStack"]["Properties"]["Parameters"], "aNext": {"Fn::GetAtt": ["aStack", "Outputs.aNext"]}}
    nested["bStack"] = {**nested["bStack"], "Properties": {**nested["bStack"]["Properties"], "Parameters": given}}
    wanted = replace(wanted, root=replace(wanted.root, body={**wanted.root.body, "Resources": nested}))
    before = deployed(of(stack("a", 30), stack("b", 5, ["a"]), stack("c", 5, ["b"])))
    found = ways(before, wanted)
    assert units(found) == [("a", "b"), ("c",)]
    risks = [risk for risk in find(before, wanted, {}, LIMIT).risks if risk.kind == "refused"]
    assert [risk.text.split(";")[0] for risk in risks] == [
        "change set 1 touches 58 resources, and CloudFormation takes at most 40 in one operation"
    ]
    assert risks[0].source.endswith("cloudformation-limits.html")


def test_a_root_with_mappings_of_its_own_is_updated_at_once() -> None:
    """It was deployed by other means."""
    before = deployed(CHAIN)
    mapped = {**before.templates[ROOT], "Mappings": {"Sizes": {"small": {"cpu": "1"}}}}
    before = replace(before, templates={**before.templates, ROOT: mapped})
    assert ways(before, GROWN) == ()
    assert [risk.kind for risk in find(before, GROWN, {}, LIMIT).risks if "in one operation" in risk.text] == [
        "refused"
    ]


def test_new_values_of_root_parameters_reach_each_stack_in_its_step() -> None:
    """Every topic is named by the same parameter of the root: one stack after the other gets the new value."""

    def named(name: str) -> Template:
        topics = {
            f"{name}{number}": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Tag"}}}
            for number in range(20)
        }
        return stack(name, 1, (), Resources=topics, Parameters={"Tag": {"Type": "String"}})

    platform_of_three = of(named("a"), named("b"), named("c"), Tag=1)
    found = ways(deployed(platform_of_three, Tag="one"), platform_of_three, Tag="two")
    assert units(found) == [("a",), ("b",), ("c",)]
    assert [len(way.changes) for way in found] == [20, 20, 20]
    tags = [
        [child["Properties"]["Parameters"]["Tag"] for child in way.state.compiled.root.body["Resources"].values()]
        for way in found
    ]
    assert tags == [[{"Ref": "Tag"}, "one", "one"], [{"Ref": "Tag"}, {"Ref": "Tag"}, "one"], [{"Ref": "Tag"}] * 3]


def test_parameters_of_the_deployed_root_stay_until_nothing_reads_them() -> None:
    tagged = stack("b", 12, (), Parameters={"Old": {"Type": "String"}})
    before = deployed(of(stack("a", 12), tagged, Old=1), Old="x")
    found = ways(before, of(stack("a", 40), stack("b", 40)))
    assert [{*way.state.compiled.root.body.get("Parameters", {})} for way in found] == [{"Old"}, set()]
    assert found[0].state.parameters == {"Old": "x"}


def test_packed_outputs_whose_text_changes_keep_their_readers_with_them() -> None:
    """A packed text has other values at other places: nobody may read the new one by the old places."""

    def packed(count: int) -> dict[str, Json]:
        names = [{"Fn::GetAtt": [f"aQueue{number}", "QueueName"]} for number in range(count)]
        return {"aName": {"Value": {"Fn::Join": [";", names]}}}

    before = deployed(of(stack("a", 12, Outputs=packed(3)), stack("b", 1, ["a"]), stack("c", 12)))
    wanted = of(stack("a", 14, Outputs=packed(4)), stack("b", 3, ["a"]), stack("c", 50))
    assert units(ways(before, wanted)) == [("a", "b"), ("c",)]


def test_what_refers_to_a_changed_resource_counts_and_a_replaced_one_counts_twice() -> None:
    def with_policy(retention: int) -> Compiled:
        queue = {"Type": "AWS::SQS::Queue", "Properties": {"MessageRetentionPeriod": retention}}
        policy = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "Jobs"}], "PolicyDocument": {}}}
        named = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"jobs-{retention}"}}
        return of(stack("a", 1, (), Resources={"Jobs": queue, "Policy": policy, "Named": named}))

    sides = sides_of(deployed(with_policy(60)), with_policy(120), {})
    changes = changes_between(sides)
    assert {(change.logical_id, change.replacement) for change in changes} == {("Jobs", "False"), ("Named", "True")}
    assert touched(sides, changes) == {"aStack": 4}
    assert size_of(sides, changes) == 5


def test_other_tags_count_for_all_resources_of_their_stacks() -> None:
    before, tags = deployed(CHAIN), {"owner": "others"}
    sides = sides_of(before, replace(CHAIN, tags=tags), {})
    assert size_of(sides, changes_between(sides)) == sum(len(one.body["Resources"]) for one in CHAIN.children) + 4
    nested = {
        name: {**body, "Properties": {**body["Properties"], "Tags": [{"Key": "owner", "Value": "others"}]}}
        for name, body in CHAIN.root.body["Resources"].items()
    }
    wanted = replace(CHAIN, tags=tags, root=replace(CHAIN.root, body={**CHAIN.root.body, "Resources": nested}))
    found = ways(before, wanted)
    assert [way.state.compiled.tags for way in found] == [CHAIN.tags, tags]


def drawn(seed: int) -> Compiled:
    """A platform whose stacks read earlier ones, or (with an odd seed) later ones by name."""
    draw = random.Random(seed)
    names = draw.sample("abcdefgh", draw.randint(2, 8))
    children = [
        stack(name, draw.randint(1, 20), draw.sample(names[:index], min(index, draw.randint(0, 2))))
        for index, name in enumerate(names)
    ]
    return of(*children)


@pytest.mark.parametrize("seed", range(24))
def test_every_way_between_two_platforms_is_sound_and_small(seed: int) -> None:
    before, wanted = deployed(drawn(seed)), drawn(seed + 1000)
    for start in (Before(), before):
        found = ways(start, wanted)
        sizes = [size_of(way.sides, way.changes) for way in found]
        told = [risk for risk in find(start, wanted, {}, LIMIT).risks if "in one operation" in risk.text]
        whole = sides_of(start, wanted, {})
        everything = changes_between(whole)
        if found:
            assert len([size for size in sizes if size > LIMIT]) == len(told)
            assert found[-1].state.compiled == wanted
            made = [change.logical_id for way in found for change in way.changes if change.action == "Add"]
            assert sorted(made) == sorted(change.logical_id for change in everything if change.action == "Add")
        else:
            assert (size_of(whole, everything) > LIMIT) == bool(told)
        if start == Before():
            assert told == []
