"""Risks of one resource, or a few, before and after: what the rules of a review are tested with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from compiler.source.json_value import Json
from reviewer.change import Risk, RiskKind
from reviewer.findings import Findings, find
from tests.reviewer.programs import compiled, deployed

Bodies = Mapping[str, Json]
"""Logical id → resource."""


def found(before: Bodies, after: Bodies) -> Findings:
    """What a review finds between two sets of resources; each resource's component is ``kind.<LogicalId>``."""
    return find(deployed(compiled({"Resources": before})), compiled({"Resources": after}), {})


def risks(before: Bodies, after: Bodies, *kinds: RiskKind) -> list[Risk]:
    return [risk for risk in found(before, after).risks if risk.kind in kinds]


def texts(before: Bodies, after: Bodies, *kinds: RiskKind) -> list[str]:
    """The risks as ``component: text``, serious ones with an exclamation mark before."""
    told = risks(before, after, *kinds)
    return [f"{'!' if risk.serious else ''}{risk.component.removeprefix('kind.')}: {risk.text}" for risk in told]


def statement(action: Json, resource: Json = None, **more: Json) -> Json:
    """One statement of a policy that allows, unless `more` says otherwise."""
    target = {} if resource is None else {"Resource": resource}
    return {"Effect": "Allow", "Action": action, **target, **more}


def policy(*statements: Json, name: str = "PolicyDocument") -> Mapping[str, Json]:
    return {name: {"Version": "2012-10-17", "Statement": list(statements)}}


def starts(told: Sequence[str], beginnings: Sequence[str]) -> bool:
    """Whether each text begins as it should, and there is no other."""
    return len(told) == len(beginnings) and all(map(str.startswith, told, beginnings))
