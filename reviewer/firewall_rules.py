"""Requests that a firewall (AWS WAF) kept out, and that it lets in from now on.

Source: AWS WAF developer guide, "Using rule actions" and "Overriding rule group actions".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from compiler.source.json_value import Json
from reviewer.causes import Causes
from reviewer.change import Change, Risk
from reviewer.reasons import place_behind
from reviewer.shapes import objects
from reviewer.sides import Sides

_ASSOCIATION, _ACL = "AWS::WAFv2::WebACLAssociation", "AWS::WAFv2::WebACL"
_DISTRIBUTION = "AWS::CloudFront::Distribution"
_STOPS = frozenset({"Block", "Captcha", "Challenge"})

Properties = Mapping[str, Json]


def firewall_risks(causes: Causes, changes: Sequence[Change]) -> Iterator[Risk]:
    """A line for each rule that keeps nothing out any more, and for what no firewall is before any more."""
    for change in changes:
        for text in _told(causes.sides, change):
            yield Risk("network", change.component, text, place_behind(causes, change, ""))


def _told(sides: Sides, change: Change) -> Iterator[str]:
    old, new = sides.properties(sides.address(change))
    if change.resource_type == _ASSOCIATION and change.action == "Remove" and change.component in sides.wanted:
        yield "a firewall no longer keeps requests out"
    bare = _firewall(old) is not None and _firewall(new) is None
    if change.resource_type == _DISTRIBUTION and change.action == "Modify" and bare:
        yield "a firewall no longer keeps requests out"
    if change.resource_type == _ACL and change.action == "Modify":
        yield from _let_in(old, new)


def _firewall(distribution: Properties) -> Json:
    config = distribution.get("DistributionConfig")
    return config.get("WebACLId") if isinstance(config, Mapping) else None


def _let_in(old: Properties, new: Properties) -> Iterator[str]:
    """What rules of a firewall let in."""
    before, after = (_rules(side) for side in (old, new))
    for name, rule in before.items():
        if _stops(rule) and not _stops(after.get(name, {})):
            yield f"rule `{name}` no longer keeps requests out"
        elif _stops(rule):
            for one in sorted(_counted(after[name]) - _counted(rule)):
                yield f"`{one}` of rule `{name}` no longer keeps requests out"
    for name, rule in after.items():
        if _has(rule, "Action", {"Allow"}) and not _has(before.get(name, {}), "Action", {"Allow"}):
            yield f"rule `{name}` lets requests in that later rules would keep out"
    if _has(old, "DefaultAction", _STOPS) and not _has(new, "DefaultAction", _STOPS):
        yield "requests that no rule is about are no longer kept out"


def _rules(acl: Properties) -> dict[str, Properties]:
    return {str(rule.get("Name")): rule for rule in objects(acl.get("Rules"))}


def _stops(rule: Properties) -> bool:
    """Whether a rule keeps out what it is about: by its own action, or as a group whose actions are left."""
    return _has(rule, "Action", _STOPS) or _has(rule, "OverrideAction", {"None"})


def _has(owner: Properties, name: str, actions: set[str] | frozenset[str]) -> bool:
    action = owner.get(name)
    return isinstance(action, Mapping) and bool(actions & action.keys())


def _counted(rule: Properties) -> set[str]:
    """Rules of a group that are told to count or to let in instead."""
    statement = rule.get("Statement")
    group = statement.get("ManagedRuleGroupStatement") if isinstance(statement, Mapping) else None
    found = objects(group.get("RuleActionOverrides")) if isinstance(group, Mapping) else ()
    return {str(one.get("Name")) for one in found if _has(one, "ActionToUse", {"Allow", "Count"})}
