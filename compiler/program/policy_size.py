"""How many characters IAM counts of a policy, before it is known what its references become."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from compiler.program.intrinsics import compact
from compiler.source.json_value import Json

MOST_INLINE = 10_240
"""Of all policies that stand in a role. IAM quotas, "Role inline policies"."""
MOST_MANAGED = 6_144
"""Of one managed policy. IAM quotas, "Managed policy"."""
_ARN, _PART = 90, 20
"""Characters of a usual ARN, and of a usual part of one (region, account, generated name)."""
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_REFERENCE = re.compile(r'\{"(?:Ref":"[^"]*"|Fn::GetAtt":(?:"[^"]*"|\["[^"]*","[^"]*"\]))\}')
_SUB = re.compile(r'\{"Fn::Sub":"((?:[^"\\]|\\.)*)"\}')
"""In JSON without white space, where a quotation mark in a text is escaped."""


def policy_size(document: Json) -> int:
    """Characters without white space, as IAM counts, with an estimate for what is known only after deployment."""
    text = compact(document)
    return len(compact(_resolved(document))) if '{"Fn::Sub":[' in text else _size_of(text)


@functools.lru_cache(maxsize=64)
def _size_of(text: str) -> int:
    """Of a policy in JSON. Many roles have the same one, such as who may take them on."""
    subs = sum(_of_text(found[1]) - len(found[0]) for found in _SUB.finditer(text))
    return len(text) + subs + sum(_ARN + 2 - len(found[0]) for found in _REFERENCE.finditer(text))


def _of_text(text: str) -> int:
    """Characters of a Fn::Sub's JSON text, with its quotation marks."""
    return len(text) + 2 + sum(_PART - len(found[0]) for found in _VARIABLE.finditer(text))


def _resolved(value: Json) -> Json:
    match value:
        case {"Ref": _} | {"Fn::GetAtt": _}:
            return "x" * _ARN
        case {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), _]}:
            return _VARIABLE.sub("x" * _PART, text)
        case {**members}:
            return {key: _resolved(child) for key, child in members.items()}
        case [*items]:
            return [_resolved(item) for item in items]
        case _:
            return value


def inline_policies(logical_id: str, resource: Mapping[str, Json]) -> list[tuple[str, Mapping[str, Json]]]:
    """Logical id of the role, or of the policy where its role is elsewhere, with each document of the resource."""
    match resource:
        case {"Type": "AWS::IAM::Role", "Properties": {"Policies": [*policies]}}:
            return [(logical_id, policy["PolicyDocument"]) for policy in policies]
        case {
            "Type": "AWS::IAM::RolePolicy",
            "Properties": {"RoleName": {"Ref": str(role)}, "PolicyDocument": document},
        }:
            return [(role, document)]
        case {"Type": "AWS::IAM::RolePolicy", "Properties": {"PolicyDocument": document}}:
            return [(logical_id, document)]
        case _:
            return []
