"""Limits that count what goes until the end of the update, along with what is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.json_value import Json
from reviewer.differences import same
from reviewer.refusal import Rule, Subject
from reviewer.template_set import references

_LIMITS: Mapping[str, tuple[str, int, str]] = {
    "AWS::Cognito::UserPoolDomain": ("UserPoolId", 1, "a user pool has one domain of a kind"),
    "AWS::Logs::SubscriptionFilter": ("LogGroupName", 2, "a log group has two subscriptions"),
}
"""Type → the property with what it belongs to, how many of it there are at once, and how that is said."""


def _find(subject: Subject) -> Iterator[str]:
    name, limit, text = _LIMITS[subject.change.resource_type]
    whose = subject.new.get(name)
    if not subject.made or any(target in subject.replaced for target, _ in references(whose)):
        return
    old = [side for side in _all(subject) if same(side.get(name), whose) and _kind(side) == _kind(subject.new)]
    if len(old) + 1 > limit:
        yield f"{text} at once, and what goes is there until this is made: remove it in a deployment of its own before"


def _all(subject: Subject) -> Iterator[Mapping[str, Json]]:
    """Properties of the deployed ones."""
    for address in subject.sides.old.addresses():
        if subject.sides.old.resource(address).get("Type") == subject.change.resource_type:
            yield subject.sides.old.linked(address, "Properties") or {}


def _kind(properties: Mapping[str, Json]) -> bool:
    """A domain with a certificate of its own is another kind than a prefix of Cognito's."""
    return "CustomDomainConfig" in properties


RULE = Rule(
    types=frozenset(_LIMITS),
    find=_find,
    source="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html",
)
