"""Linked templates say what the program says: what carries values from stack to stack is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from compiler.pipeline import compile_spec
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from linter.policy.flat import names
from linter.policy.linked import LinkedTemplate, linked
from tests.goldens.round_trip import plain, recorded
from tests.kinds.building import compiled
from tests.test_linking import LISTS, READER, as_compiled, flat, get
from tests.test_packing import wide


def of(root: Compiled) -> LinkedTemplate:
    (one,) = linked([root])
    return one


def test_a_list_is_a_list_again() -> None:
    root = as_compiled(flat(LISTS | READER), {"Zone": "one", "Other": "one", "Reader": "two"}, "home", {})
    assert of(root).body["Resources"]["Reader"]["Properties"] == READER["Reader"]["Properties"]


def test_values_that_travel_together_are_each_by_itself() -> None:
    bodies, stacks = wide(240)
    body = of(as_compiled(flat(bodies), stacks, "home", {})).body
    assert body["Resources"].keys() == bodies.keys()
    for number in (0, 239):
        reader = body["Resources"][f"Reader{number}"]["Properties"]
        assert reader["Values"] == [get(f"Queue{number}", "Arn"), {"Ref": "Zone"}]
    assert "Parameters" not in body or not body["Parameters"]


SPEC = """platform: demo
environments: {{prod: {{posture: production{fleet}}}}}
buckets: {{media: {{}}, logs: {{receives_logs: true}}}}
"""
FLEET = ", fleet: {regions: [eu-west-1, us-east-1], accounts: ['111122223333', '444455556666']}"


@pytest.mark.parametrize("accepted", [True, False])
def test_suppressions_in_templates_stay_unless_they_are_not_wanted(accepted: bool) -> None:
    (one,) = linked([compiled(SPEC.format(fleet=""), "prod")], accepted)
    assert any("Metadata" in body for body in one.body["Resources"].values()) == accepted


def test_a_fleet_is_linked_once_for_all_that_have_the_same() -> None:
    found = list(linked([compiled(SPEC.format(fleet=FLEET), "prod")]))
    names = ["demo-prod-eu-west-1-111122223333", "demo-prod-us-east-1-111122223333"]
    assert [one.name for one in found] == names
    assert all(one.origin_of("MediaBucket") == "buckets.media" for one in found)
    assert not any("FindInMap" in one.text for one in found)


def test_each_resource_has_its_template() -> None:
    root = compiled(SPEC.format(fleet=""), "prod")
    one = of(root)
    assert one.homes.keys() == one.body["Resources"].keys()
    assert {home.name for home in one.homes.values()} == {child.name for child in root.children}


PLATFORMS = sorted((Path(__file__).parents[2] / "spec").glob("*.yaml"))


@pytest.mark.parametrize("spec", PLATFORMS, ids=lambda path: path.stem)
def test_linked_platforms_are_their_programs(spec: Path) -> None:
    """Of what another region passes the parameter stays."""
    with recorded() as programs:
        roots = compile_spec(str(spec))
    environments = list(dict.fromkeys(root.environment for root in roots))
    for template in linked(roots):
        root, resources = template.compiled, template.body["Resources"]
        program = programs[environments.index(root.environment)]
        known = {*resources, *template.body.get("Parameters", {})}
        assert {name for name in names(resources) if not name.startswith("AWS::")} <= known
        if not root.takes:
            for name, body in resources.items():
                assert _same(body) == _same(program.resources[name].body), name


def _same(body: Json) -> Json:
    """In one of the forms that CloudFormation has for the same; DependsOn ends at the border of a stack."""
    return plain({key: value for key, value in body.items() if key != "DependsOn"}, {})
