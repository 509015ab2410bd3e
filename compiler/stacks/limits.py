"""AWS's limits on templates and policies, reported as faults of the spec before AWS would.

Numbers: CloudFormation quotas (resources, parameters, outputs, template body in an S3 object, description) and IAM
quotas (aggregate size of a role's inline policies), from the services' quota pages.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from compiler.source.diagnostics import Diagnostic
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled, Template

MOST = {"Resources": 500, "Parameters": 200, "Outputs": 200}
MOST_BYTES = 1_000_000
MOST_POLICY_CHARACTERS = 10_240

_ARN, _PART = 90, 20
"""Characters of a usual ARN, and of a usual part of one (region, account, generated name)."""
_VARIABLE = re.compile(r"\$\{[^}]*\}")


def over_limits(compiled: Compiled) -> Iterator[Diagnostic]:
    """A fault for each limit that a template is over."""
    for template in compiled.templates:
        for part, most in MOST.items():
            count = len(template.body.get(part, {}))
            if count > most:
                yield _fault(
                    compiled, template, f"has {count} {part.lower()}, more than CloudFormation's limit of {most}"
                )
        size = len(json.dumps(template.body, separators=(",", ":")))
        if size > MOST_BYTES:
            yield _fault(compiled, template, f"has {size} bytes, more than CloudFormation's limit of {MOST_BYTES}")
        yield from _large_policies(compiled, template)


def _fault(compiled: Compiled, template: Template, message: str) -> Diagnostic:
    counts = Counter(template.origins.values())
    largest = counts.most_common(1)[0][0] if counts else ""
    place = compiled.places.get(largest) or next(iter(compiled.places.values()))
    help_text = (
        f"give a component another stack, which replaces its resources: stackwright place SPEC --again {largest}"
    )
    return Diagnostic("template-limit", f"the nested stack '{template.name}' {message}", place, largest, help_text)


def _large_policies(compiled: Compiled, template: Template) -> Iterator[Diagnostic]:
    """IAM counts the policies that stand in a role and those that are attached to it together."""
    sizes: Counter[str] = Counter()
    first: dict[str, str] = {}
    for logical_id, resource in template.body["Resources"].items():
        for role, document in _inline_policies(logical_id, resource):
            sizes[role] += _policy_size(document)
            first.setdefault(role, logical_id)
    for role, size in sizes.items():
        if size > MOST_POLICY_CHARACTERS:
            origin = template.origins[first[role]]
            message = (
                f"its role's policies have about {size} characters, more than IAM's limit of {MOST_POLICY_CHARACTERS}"
            )
            yield Diagnostic("policy-limit", message, compiled.places[origin], origin, "use fewer components")


def _inline_policies(logical_id: str, resource: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Logical id of the role, or of the policy where its role is elsewhere, with each document of the resource."""
    match resource:
        case {"Type": "AWS::IAM::Role", "Properties": {"Policies": [*policies]}}:
            for policy in policies:
                yield logical_id, policy["PolicyDocument"]
        case {
            "Type": "AWS::IAM::RolePolicy",
            "Properties": {"RoleName": {"Ref": str(role)}, "PolicyDocument": document},
        }:
            yield role, document
        case {"Type": "AWS::IAM::RolePolicy", "Properties": {"PolicyDocument": document}}:
            yield logical_id, document


def _policy_size(document: Mapping[str, Json]) -> int:
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
