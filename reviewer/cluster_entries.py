"""Who may now do what in a Kubernetes cluster: its access entries, which are no policies of IAM.

Source: Amazon EKS user guide, "Grant IAM users access to Kubernetes with EKS access entries".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.source.json_value import Json
from reviewer.causes import Causes
from reviewer.change import Change, Risk
from reviewer.reasons import place_behind
from reviewer.shapes import objects
from reviewer.sides import Sides
from reviewer.values import joined, value_text

_CLUSTER, _ENTRY = "AWS::EKS::Cluster", "AWS::EKS::AccessEntry"

Right = tuple[str, str]
"""Who, and what that one may do."""


def entry_risks(causes: Causes, changes: Sequence[Change]) -> Iterator[Risk]:
    """A line for each right that is given or taken away; those of a cluster that comes or goes are part of it."""
    sides = causes.sides
    whole = {change.component for change in changes if change.resource_type == _CLUSTER and change.action != "Modify"}
    for change in changes:
        if change.resource_type == _ENTRY and change.component not in whole:
            old, new = (set(_rights(sides, side)) for side in sides.properties(sides.address(change)))
            place = place_behind(causes, change, "")
            for who, what in sorted(new - old):
                yield Risk("access", change.component, f"{who} may now {what}", place)
            for who, what in sorted(old - new):
                yield Risk("access", change.component, f"{who} may no longer {what}", place, serious=False)


def _rights(sides: Sides, entry: Mapping[str, Json]) -> Iterator[Right]:
    principal = entry.get("PrincipalArn")
    who = joined(sides.owners(principal)) or value_text(principal)
    for policy in objects(entry.get("AccessPolicies")):
        name = value_text(policy.get("PolicyArn"), 500).rpartition("/")[2].strip('"}')
        yield who, f"act as {name} in {_where(policy.get('AccessScope'))}"
    groups = entry.get("KubernetesGroups")
    for group in groups if isinstance(groups, list) else ():
        yield who, f"act as the Kubernetes group `{value_text(group)}`"


def _where(scope: Json) -> str:
    names = scope.get("Namespaces") if isinstance(scope, Mapping) else None
    return f"the namespaces {joined(list(map(str, names)))}" if isinstance(names, list) else "the whole cluster"
