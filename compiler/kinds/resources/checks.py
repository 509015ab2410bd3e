"""Checks of raw resources against CloudFormation's own schemas."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.language.resource_types import attributes, known_types, strangers
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.diagnostics import did_you_mean

_OWN = "Custom::"
"""Types whose properties and attributes are their author's."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    """Types and properties that CloudFormation does not have, and verbs that have no ARN to be allowed on."""
    data = component.settings
    kind = data["Type"]
    known = known_types()
    if known and kind not in known and not kind.startswith(_OWN):
        message = f"CloudFormation has no resource type '{kind}'"
        yield Fault("unknown-resource-type", message, ("Type",), did_you_mean(kind, known))
    for one in strangers(kind, data["Properties"]):
        message = f"{kind} has no property '{one.path[-1]}'"
        help_text = did_you_mean(str(one.path[-1]), one.known)
        yield Fault("unknown-resource-property", message, ("Properties", *one.path), help_text)
    for name, verb in data["verbs"].items():
        if verb["actions"] and verb["resources"] is None and known and "Arn" not in attributes(kind):
            message = f"{kind} has no attribute Arn that its actions could be allowed on"
            yield Fault("missing-property", message, ("verbs", name), "set 'resources'")
