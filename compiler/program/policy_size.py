"""How many characters IAM counts of a policy, before it is known what its references become."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from compiler.source.json_value import Json

MOST_INLINE = 10_240
"""Of all policies that stand in a role. IAM quotas, "Role inline policies"."""
MOST_MANAGED = 6_144
"""Of one managed policy. IAM quotas, "Managed policy"."""
USUAL_ATTACHED, MOST_ATTACHED = 10, 25
"""Managed policies of a role, by default and at most on request. IAM quotas, "Managed policies per role"."""

_ARN, _PART = 90, 20
"""Characters of a usual ARN, and of a usual part of one (region, account, generated name)."""
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def policy_size(document: Json) -> int:
    """Characters without white space, as IAM counts, with an estimate for what is known only after deployment."""
    return len(json.dumps(_resolved(document), separators=(",", ":")))


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
