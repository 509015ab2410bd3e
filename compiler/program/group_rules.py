"""Warn of security groups with more rules than AWS allows by default.

Source: Amazon VPC quotas, "Inbound or outbound rules per security group": 60, which AWS raises on request; rules times
groups of a network interface can't be more than 1,000.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from compiler.program.component import Platform
from compiler.program.resource import Resource
from compiler.program.root_names import place_of
from compiler.source.diagnostics import Diagnostic, Severity

USUAL, MOST = 60, 1_000
_SIDES = {"AWS::EC2::SecurityGroupIngress": "inbound", "AWS::EC2::SecurityGroupEgress": "outbound"}


def many_rules(platform: Platform, resources: Mapping[str, Resource]) -> Iterator[Diagnostic]:
    """A warning for each group with more rules of one side than the quota, an error where AWS can't raise it so far."""
    counts: Counter[tuple[str, str]] = Counter()
    for resource in resources.values():
        side, group = _SIDES.get(resource.body["Type"]), _group(resource)
        if side and group in resources:
            counts[group, side] += 1
    for (group, side), count in counts.items():
        if count > USUAL:
            owner = platform.components[resources[group].component]
            limit = f"AWS allows {USUAL}, and at most {MOST:,} on request"
            message = f"its security group has {count} {side} rules: {limit}"
            severity: Severity = "error" if count > MOST else "warning"
            help_text = "let fewer components use it, or have the quota raised before you deploy"
            yield Diagnostic("rule-limit", message, place_of(platform, owner), owner.path, help_text, severity=severity)


def _group(resource: Resource) -> str:
    group = resource.body.get("Properties", {}).get("GroupId")
    value = next(iter(group.values()), "") if isinstance(group, dict) else ""
    return str(value[0] if isinstance(value, list) and value else value)
