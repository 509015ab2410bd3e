"""What crosses stacks and regions: under which name, in which form, and that it comes from where it should."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from troposphere import Parameter

from compiler.language.schema import load_schema
from compiler.pipeline import compile_spec
from compiler.program.component import Output
from compiler.program.intrinsics import Target, bound, joined, relinked, retargeted, targets
from compiler.program.program import Program
from compiler.program.resource import Resource
from compiler.program.root_names import duplicate_names
from compiler.program.statement_ids import with_distinct_ids
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template
from compiler.stacks.crossing import crossings
from compiler.stacks.emit import render
from compiler.stacks.link import Frame, link, stack_id
from compiler.stacks.regions import divide
from linter.lint import lint
from tests.goldens.round_trip import recorded, wrong_ways
from tests.kinds.building import compiled, platform, resources

ROOT = Path(__file__).parent.parent
CASES = sorted((ROOT / "tests" / "cases").glob("*.yaml"))
SPECS = sorted((ROOT / "spec").glob("*.yaml"))
HEAD = "platform: demo\nenvironments: {dev: {posture: development}}\n"


def there_and_back(file: Path) -> list[str]:
    with recorded() as programs:
        roots = compile_spec(str(file))
    return list(wrong_ways(programs, roots))


@pytest.mark.parametrize("file", [*CASES, *SPECS], ids=lambda file: file.stem)
def test_following_the_links_gives_back_the_flat_program(file: Path) -> None:
    assert there_and_back(file) == []


@pytest.mark.parametrize("file", [one for one in CASES if "names" in one.stem], ids=lambda file: file.stem)
def test_the_hash_seed_does_not_matter(file: Path, tmp_path: Path) -> None:
    expected = render(compile_spec(str(file)))
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, str(ROOT / "cli.py"), "compile", str(file), "--out", str(tmp_path / seed)]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        assert {name: (tmp_path / seed / name).read_bytes() for name in expected} == expected


@pytest.mark.slow
def test_the_cases_lint_clean(tmp_path: Path) -> None:
    assert [
        str(one) for file in CASES for one in lint(compile_spec(str(file)), tmp_path) if one.severity == "error"
    ] == []


def flat(bodies: Mapping[str, Json], outputs: Mapping[str, Json] | None = None, **parameters: Json) -> Program:
    """A program of resources by logical id, each of a component of that name."""
    resources = {name: Resource(name, name, body, frozenset(targets(body))) for name, body in bodies.items()}
    return Program(resources, parameters, {name: {"Value": value} for name, value in (outputs or {}).items()}, ())


def resource(kind: str = "AWS::SQS::Queue", **properties: Json) -> Json:
    return {"Type": kind, "Properties": properties}


def linked(program: Program, stack_of: Mapping[str, str]) -> tuple[Template, tuple[Template, ...]]:
    return link(program, stack_of, Frame("demo dev", {}, {name: f"x.{name}" for name in program.resources}))


def as_compiled(program: Program, stack_of: Mapping[str, str], region: str, takes: Mapping[str, str]) -> Compiled:
    root, children = linked(program, stack_of)
    return Compiled("demo", "dev", "development", region, None, "demo-dev", {}, root, children, (), {}, takes)


def regional(program: Program, stack_of: Mapping[str, str], elsewhere: Mapping[str, str]) -> tuple[Compiled, ...]:
    """All roots of a program whose home is ``home``."""
    parts = divide(program, "home", elsewhere, map(stack_id, stack_of.values()))
    return tuple(
        as_compiled(one.program, {name: stack_of[name] for name in one.program.resources}, one.region, one.takes)
        for one in parts
    )


def get(logical_id: str, attribute: str) -> Json:
    return {"Fn::GetAtt": [logical_id, attribute]}


NAMES: list[tuple[str, list[Target], dict[str, Target | None], dict[Target, str]]] = [
    ("alone", [Target("A", "B.C")], {}, {Target("A", "B.C"): "ABC"}),
    ("a Ref", [Target("A")], {}, {Target("A"): "A"}),
    (
        "two attributes",
        [Target("A", "BC"), Target("AB", "C")],
        {},
        {Target("A", "BC"): "AGetAttBC", Target("AB", "C"): "ABGetAttC"},
    ),
    (
        "dots",
        [Target("A", "B.C"), Target("A", "BC")],
        {},
        {Target("A", "B.C"): "AGetAttBDotC", Target("A", "BC"): "AGetAttBC"},
    ),
    (
        "a Ref keeps its logical id",
        [Target("A", "B"), Target("AB")],
        {},
        {Target("AB"): "AB", Target("A", "B"): "AGetAttB"},
    ),
    ("a resource that does not cross", [Target("A", "B")], {"AB": Target("AB")}, {Target("A", "B"): "AGetAttB"}),
    ("a root parameter", [Target("A", "B")], {"AB": None}, {Target("A", "B"): "AGetAttB"}),
    ("a Ref under a root parameter", [Target("A")], {"A": None}, {Target("A"): "ARef"}),
    ("an output with the same value", [Target("A", "B")], {"AB": Target("A", "B")}, {Target("A", "B"): "AB"}),
    ("an output with another value", [Target("A", "B")], {"AB": Target("X")}, {Target("A", "B"): "AGetAttB"}),
    ("the long name is taken", [Target("A", "B")], {"AB": None, "AGetAttB": None}, {Target("A", "B"): "AGetAttB2"}),
]


@pytest.mark.parametrize(("wanted", "reserved", "names"), [row[1:] for row in NAMES], ids=[row[0] for row in NAMES])
def test_names_of_crossing_values(
    wanted: list[Target], reserved: dict[str, Target | None], names: dict[Target, str]
) -> None:
    resources = flat({one.logical_id: resource() for one in wanted}).resources
    assert crossings(wanted, resources, reserved).names == names
    assert crossings(reversed(wanted), resources, reserved).names == names


@settings(derandomize=True, database=None, deadline=None)
@given(st.data())
def test_no_two_values_have_one_name(data: st.DataObject) -> None:
    word = st.text("AB", min_size=1, max_size=3)
    wanted = data.draw(st.sets(st.builds(Target, word, st.text("AB.", max_size=3)), min_size=1, max_size=8))
    reserved = dict.fromkeys(data.draw(st.sets(word)))
    resources = flat({one.logical_id: resource() for one in wanted}).resources
    names = crossings(wanted, resources, reserved).names
    assert len(set(names.values())) == len(wanted)
    assert not set(names.values()) & set(reserved)
    assert all(Target(name) == one for one, name in names.items() if name in resources)
    assert all(name.isalnum() for name in names.values())


def test_another_component_changes_no_name_that_it_does_not_meet() -> None:
    wanted = [Target("A", "BC"), Target("AB", "C"), Target("D", "E")]
    resources = flat({one: resource() for one in ("A", "AB", "D", "X")}).resources
    before, after = crossings(wanted, resources, {}), crossings([*wanted, Target("X", "Y")], resources, {})
    assert {one: after.names[one] for one in wanted} == before.names


def test_a_parameter_of_a_nested_stack_has_not_the_name_of_its_resource() -> None:
    bodies = {"A": resource(), "AB": resource(), "User": resource(Value=get("A", "B"))}
    stacks = {"A": "one", "AB": "two", "User": "two"}
    program = flat(bodies)
    one = as_compiled(program, stacks, "home", {})
    assert list(wrong_ways([program], [one])) == []
    assert set(one.children[1].body["Parameters"]) == {"AGetAttB"}


LISTS = {"Zone": resource("AWS::Route53::HostedZone", Name="a.example.com"), "Other": resource()}
READER = {"Reader": resource("AWS::Route53::RecordSet", ResourceRecords=get("Zone", "NameServers"))}


def test_a_list_crosses_nested_stacks_as_a_list() -> None:
    program = flat(LISTS | READER)
    one = as_compiled(program, {"Zone": "one", "Other": "one", "Reader": "two"}, "home", {})
    giving, taking = one.children
    assert giving.body["Outputs"]["ZoneNameServers"]["Value"] == {"Fn::Join": [",", get("Zone", "NameServers")]}
    assert taking.body["Parameters"] == {"ZoneNameServers": {"Type": "CommaDelimitedList"}}
    assert taking.body["Resources"]["Reader"]["Properties"]["ResourceRecords"] == {"Ref": "ZoneNameServers"}
    passed = one.root.body["Resources"]["TwoStack"]["Properties"]["Parameters"]["ZoneNameServers"]
    assert passed == get("OneStack", "Outputs.ZoneNameServers")
    assert list(wrong_ways([program], [one])) == []


def test_a_list_crosses_regions_as_a_list() -> None:
    program = flat(LISTS | READER)
    first, last = roots = regional(program, {"Zone": "one", "Other": "one", "Reader": "two"}, {"Zone": "far"})
    assert first.root.body["Outputs"]["ZoneNameServers"]["Value"] == get("OneStack", "Outputs.ZoneNameServers")
    assert last.root.body["Parameters"]["ZoneNameServers"]["Type"] == "CommaDelimitedList"
    assert "MinLength" not in last.root.body["Parameters"]["ZoneNameServers"]
    passed = last.root.body["Resources"]["TwoStack"]["Properties"]["Parameters"]["ZoneNameServers"]
    assert passed == {"Fn::Join": [",", {"Ref": "ZoneNameServers"}]}
    taking = next(one for one in last.children if one.name == "two")
    assert taking.body["Parameters"]["ZoneNameServers"] == {
        "Type": "CommaDelimitedList",
        "Description": "Output ZoneNameServers of the stack of this name in far",
    }
    assert list(wrong_ways([program], roots)) == []


def test_an_output_made_of_two_stacks_is_made_in_the_root() -> None:
    made = {"Fn::Join": [" ", [get("A", "Arn"), {"Fn::Sub": ["${A}${V}", {"V": get("B", "Arn")}]}]]}
    lists = {"Fn::Join": [" ", get("Zone", "NameServers")]}
    program = flat({"A": resource(), "B": resource(), **LISTS}, {"Made": {"Fn::Join": ["", [made, lists]]}})
    one = as_compiled(program, {"A": "one", "B": "two", "Zone": "two", "Other": "two"}, "home", {})
    assert list(wrong_ways([program], [one])) == []


@st.composite
def programs(draw: st.DrawFn) -> tuple[Program, dict[str, str], dict[str, str]]:
    """A program whose names fold into each other, the stack of each resource, and which lie in another region.

    Resources take values of earlier ones; later ones lie in the same stack and region or in later ones.
    """
    ids = draw(st.lists(st.text("AB", min_size=1, max_size=3), min_size=2, max_size=6, unique=True))
    free = st.text("AB", min_size=1, max_size=4).filter(lambda name: name not in ids)
    parameters = draw(st.lists(free, max_size=2, unique=True))
    bodies = {
        name: resource(Values=draw(values_of([*ids[:index], *parameters], parameters)))
        for index, name in enumerate(ids)
    }
    outputs = draw(
        st.dictionaries(
            free.filter(lambda name: name not in parameters),
            values_of([*ids, *parameters], parameters).filter(bool),
            max_size=2,
        )
    )
    shown = {name: {"Fn::Join": ["", value]} if len(value) > 1 else value[0] for name, value in outputs.items()}
    used = {one.logical_id for one in targets([bodies, shown])}
    program = flat(bodies, shown, **{name: {"Type": "String"} for name in parameters if name in used})
    stacks = sorted(draw(st.lists(st.sampled_from("123"), min_size=len(ids), max_size=len(ids))))
    far = draw(st.integers(0, len(ids) - 1))
    return program, {name: f"s{one}" for name, one in zip(ids, stacks, strict=True)}, dict.fromkeys(ids[:far], "far")


def values_of(ids: Sequence[str], plain: Sequence[str]) -> st.SearchStrategy[list[Json]]:
    """Values of the resources and parameters in `ids`; those in `plain` have no attributes."""
    if not ids:
        return st.just([])
    attribute = st.sampled_from(["", "A", "B", "AB", "A.B", "B.A"])
    one = st.builds(lambda name, rest: Target(name, "" if name in plain else rest), st.sampled_from(ids), attribute)
    sub = st.builds(substituted, st.lists(one, min_size=1, max_size=2), st.sampled_from(["A", "AB", "AAB", "ABA"]))
    return st.lists(one.map(Target.to_json) | sub, max_size=3)


def substituted(used: Sequence[Target], variable: str) -> Json:
    """A Fn::Sub with a variable of its own, which may have the name that something crosses under."""
    said = [f"{one.logical_id}.{one.attribute}".rstrip(".") for one in used if one != Target(variable)]
    text = "".join(f"${{{name}}}" for name in (*said, variable))
    return {"Fn::Sub": [text, {variable: used[0].to_json()}]}


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(programs())
def test_whatever_names_fold_into_each_other_the_way_back_is_the_program(
    drawn: tuple[Program, dict[str, str], dict[str, str]],
) -> None:
    program, stack_of, elsewhere = drawn
    assert list(wrong_ways([program], regional(program, stack_of, elsewhere))) == []


COLLIDING = {"A": resource(), "AB": resource(), "User": resource(Values=[get("A", "BC"), get("AB", "C")])}


@pytest.mark.parametrize(
    ("outputs", "parameters"),
    [
        ({}, {}),
        ({"ABC": {"Ref": "A"}}, {}),
        ({"ABC": get("A", "BC")}, {}),
        ({"ABC": {"Fn::Join": ["", [get("A", "BC"), "x"]]}}, {}),
        ({}, {"ABC": {"Type": "String"}}),
    ],
    ids=["none", "other output", "same output", "composed output", "parameter"],
)
def test_what_goes_from_region_to_region_has_a_name_of_its_own(
    outputs: Mapping[str, Json], parameters: Mapping[str, Json]
) -> None:
    more = {f"Own{name}": resource(Value={"Ref": name}) for name in parameters}
    program = flat(COLLIDING | more, outputs, **parameters)
    stacks = dict.fromkeys(program.resources, "one")
    roots = regional(program, stacks, {"A": "far", "AB": "far"})
    assert list(wrong_ways([program], roots)) == []
    assert set(roots[1].takes) == {"AGetAttBC", "ABGetAttC"} if not outputs else len(roots[1].takes) == 2


def test_a_handed_over_value_has_not_the_name_of_a_nested_stack() -> None:
    program = flat({"OneStack": resource(), "User": resource(Value={"Ref": "OneStack"})})
    roots = regional(program, {"OneStack": "one", "User": "one"}, {"OneStack": "far"})
    assert list(wrong_ways([program], roots)) == []
    assert set(roots[1].takes) == {"OneStackRef"}


@pytest.mark.parametrize("name", ["AArn", "AArnOwn1"])
def test_a_variable_of_a_sub_does_not_hide_what_crosses(name: str) -> None:
    text = {"Fn::Sub": [f"${{A.Arn}} ${{{name}}} ${{AArn}}", {name: "x", "AArn": "y"}]}
    program = flat({"A": resource(), "User": resource(Value=text)}, {"Shown": text})
    one = as_compiled(program, {"A": "one", "User": "two"}, "home", {})
    assert list(wrong_ways([program], [one])) == []


def test_a_part_of_a_text_does_not_hide_a_resource() -> None:
    assert joined([{"Ref": "Part1"}, " ", {"Fn::Sub": "${A}"}]) == {
        "Fn::Sub": ["${Part1} ${Part2}", {"Part2": {"Fn::Sub": "${A}"}}]
    }


def test_binding_leaves_what_it_does_not_know() -> None:
    value = [{"Ref": "A"}, {"Ref": "B"}, {"Fn::Sub": ["${A} ${B} ${V}", {"V": {"Ref": "A"}}]}, get("A", "Arn"), 1]
    assert bound(value, {"A": "a"}) == [
        "a",
        {"Ref": "B"},
        {"Fn::Sub": ["${A} ${B} ${V}", {"A": "a", "V": "a"}]},
        get("A", "Arn"),
        1,
    ]


LETTERS = st.sampled_from(["A", "B", "C"])
FUNCTIONS = st.one_of(
    LETTERS.map(lambda name: {"Ref": name}),
    LETTERS.map(lambda name: get(name, "Arn")),
    LETTERS.map(lambda name: {"Fn::GetAtt": f"{name}.Arn"}),
    LETTERS.map(lambda name: {"Fn::Sub": f"x-${{{name}}}-${{{name}.Arn}}-${{!A}}-${{AWS::Region}}"}),
    st.sampled_from(["${A} ${D}", "${D}"]).map(lambda text: {"Fn::Sub": [text, {}]}),
    st.just({"Fn::Sub": ["${A} ${V} ${B.Arn}", {"V": {"Ref": "B"}}]}),
    st.just({"Ref": 1}),
)
TREES = st.recursive(
    st.one_of(st.text(max_size=3), st.integers(), st.none(), FUNCTIONS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "Ref"]), inner, max_size=3),
    max_leaves=12,
)


@given(TREES)
def test_relinking_in_one_walk_is_renaming_and_then_binding(value: Json) -> None:
    renamed = {Target("A"): "Of", Target("B", "Arn"): "BArn", Target("C"): "COf"}
    values = {"COf": {"Fn::Select": [0, {"Ref": "Many"}]}, "B": "b"}
    written = json.dumps(value)
    assert relinked(value, renamed.get, values) == bound(retargeted(value, renamed.get), values)
    assert json.dumps(value) == written


def test_the_way_back_sees_a_wrong_wire() -> None:
    program = flat({"A": resource(), "B": resource(), "User": resource(Value=get("A", "Arn"), Other={"Ref": "B"})})
    one = as_compiled(program, {"A": "one", "B": "one", "User": "two"}, "home", {})
    passed = one.root.body["Resources"]["TwoStack"]["Properties"]["Parameters"]
    passed["AArn"], passed["B"] = passed["B"], passed["AArn"]
    assert [fault.split(" is ")[0] for fault in wrong_ways([program], [one])] == ["dev: User"]
    del one.children[1].body["Parameters"]["B"]
    assert any("there is no 'B'" in fault for fault in wrong_ways([program], [one]))


def test_stacks_have_logical_ids_of_their_own() -> None:
    layers = {load_schema().layer(section, {"layer": "data"}) for section in load_schema().kinds}
    assert len({stack_id(one) for one in layers}) == len(layers) > 5


def test_two_components_with_one_root_parameter(monkeypatch: pytest.MonkeyPatch) -> None:
    function = "{runtime: python3.13, code: ./code, handler: app.handler}"
    found = platform(f"{HEAD}functions: {{one: {function}, two: {function}}}\n")
    one = found.components["functions.one"]
    monkeypatch.setattr(type(one), "parameters", lambda self: [Parameter("Same", Type="String")])
    (fault,) = duplicate_names(found, {})
    assert (fault.code, fault.component) == ("duplicate-parameter", "functions.two")
    assert fault.message == "gives the root parameter 'Same', which functions.one gives too"


def test_an_output_with_the_name_of_a_root_parameter(monkeypatch: pytest.MonkeyPatch) -> None:
    found = platform(f"{HEAD}functions: {{one: {{runtime: python3.13, code: ./code, handler: app.handler}}}}\n")
    one = found.components["functions.one"]
    monkeypatch.setattr(type(one), "outputs", lambda self, _: [Output("OneFunctionCodeKey", "x", "x")])
    (fault,) = duplicate_names(found, {})
    assert (fault.code, fault.component) == ("duplicate-output", "functions.one")


def test_statement_ids_are_told_apart() -> None:
    def of(*ids: str) -> Json:
        return {"Version": "2012-10-17", "Statement": [{"Sid": one} if one else {} for one in ids]}

    policy = {"Type": "x", "Properties": {"PolicyDocument": of("A", "", "A", "AAlso1", "A", "")}}
    assert with_distinct_ids(policy)["Properties"]["PolicyDocument"] == of("A", "", "AAlso2", "AAlso1", "AAlso3", "")
    role = {"Type": "x", "Properties": {"Policies": [{"PolicyDocument": of("A", "A")}, {"PolicyDocument": of("A")}]}}
    documents = [one["PolicyDocument"] for one in with_distinct_ids(role)["Properties"]["Policies"]]
    assert documents == [of("A", "AAlso1"), of("A")]
    sound = {"Type": "x", "Properties": {"PolicyDocument": of("A", "B")}}
    assert with_distinct_ids(sound) is sound


def test_a_topic_and_a_rule_with_like_names_may_both_send_to_a_queue() -> None:
    text = f"{HEAD}queues: {{jobs: {{}}}}\ntopics: {{a-bus-rule-b: {{subscribers: [jobs]}}}}\n"
    text += "buses: {a: {rules: {b: {pattern: {source: [x]}, to: jobs}}}}\n"
    statements = resources(compiled(text))["JobsQueuePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    ids = [one["Sid"] for one in statements]
    assert len(ids) == len(set(ids)) == 3
