"""What a rule says of a resource, by component; and how findings are kept as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import yaml

from compiler.source.json_value import Json
from linter.policy.linked import LinkedTemplate


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A rule that a resource breaks. Resources of one type and component are one finding."""

    rule: str
    """As the tool names it; cdk-nag's rules on IAM with what they found: ``AwsSolutions-IAM5[Resource::*]``."""
    resource: str
    """Type of the resource."""
    component: str
    """Platform and component: ``homeforpup/buckets.images``."""

    def __str__(self) -> str:
        return f"{self.rule}  {self.resource}  {self.component}"


def finding_of(template: LinkedTemplate, rule: str, logical_id: str) -> Finding:
    return Finding(rule, template.type_of(logical_id), f"{template.compiled.platform}/{template.origin_of(logical_id)}")


def written(findings: Iterable[Finding]) -> str:
    """Findings as YAML: rule → type → components, sorted."""
    found: dict[str, dict[str, list[str]]] = {}
    for finding in sorted(set(findings)):
        found.setdefault(finding.rule, {}).setdefault(finding.resource, []).append(finding.component)
    return yaml.safe_dump(found, width=110, sort_keys=False, default_flow_style=None)


def read(text: str) -> tuple[Finding, ...]:
    """What `written` wrote."""
    kept: Mapping[str, Mapping[str, Sequence[str]]] | Json = yaml.safe_load(text) or {}
    return tuple(
        Finding(rule, resource, component)
        for rule, resources in kept.items()
        for resource, components in resources.items()
        for component in components
    )
