"""Stacks that were deployed by other means: whatever their templates have where, a review is told and nothing fails."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from compiler.language.resource_types import is_intrinsic
from compiler.source.json_value import Json
from reviewer.findings import find
from reviewer.markdown import markdown
from reviewer.sides import Before
from reviewer.template_set import STACK_TYPE
from reviewer.view import Shown, render
from tests.reviewer.compiling import SHOP, changed, compiled, deployed, parameters, reviewed

ODD: tuple[Json, ...] = (
    {"Fn::If": ["Large", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]},
    {"Ref": "Nowhere"},
    {"Fn::GetAtt": ["Nowhere", "Arn"]},
    {"Fn::Sub": "${Nowhere}-${AWS::Region}"},
    {"Fn::Split": [",", "a,b"]},
    [],
    [[1, None]],
    {},
    None,
    True,
    7,
    "text",
)


def mutated(value: Json, chance: random.Random) -> Json:
    """`value` with an odd one in some places."""
    if chance.random() < 0.06:
        return chance.choice(ODD)
    if isinstance(value, Mapping):
        if is_intrinsic(value):
            return value  # CloudFormation itself refuses other forms of these
        return {key: mutated(item, chance) for key, item in value.items()}
    return [mutated(item, chance) for item in value] if isinstance(value, list) else value


def odd(before: Before, seed: int) -> Before:
    """What is deployed, with odd values in the properties of its resources."""
    chance = random.Random(seed)

    def resources(body: Mapping[str, Json]) -> Iterator[tuple[str, Json]]:
        for name, resource in body.get("Resources", {}).items():
            properties = {key: mutated(value, chance) for key, value in resource.get("Properties", {}).items()}
            yield name, resource if resource["Type"] == STACK_TYPE else {**resource, "Properties": properties}

    templates = {key: {**body, "Resources": dict(resources(body))} for key, body in before.templates.items()}
    return replace(before, templates=templates, settings={} if seed % 2 else before.settings)


@pytest.mark.parametrize("seed", range(24))
def test_odd_values_are_told_of(seed: int, tmp_path: Path) -> None:
    before = odd(deployed(compiled(SHOP, tmp_path)), seed)
    review = reviewed(before, compiled(changed("public-service"), tmp_path))
    assert render(review, Shown(everything=True)) + markdown([review])


@pytest.mark.parametrize("seed", range(8))
def test_a_platform_with_odd_values_can_be_reviewed(seed: int, tmp_path: Path) -> None:
    new = compiled(SHOP, tmp_path)
    strange = odd(deployed(new), 2 * seed + 1)
    templates = [replace(one, body=strange.templates[one.logical_id]) for one in new.templates]
    root, *children = templates
    assert find(deployed(new), replace(new, root=root, children=tuple(children)), parameters(new)).risks is not None
