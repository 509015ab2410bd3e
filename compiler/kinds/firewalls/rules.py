"""What the checks and the kind of firewalls both know: AWS's rule groups and what rules cost in capacity units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from compiler.source.json_value import Json

MOST_UNITS = 5000
"""Capacity units of a web ACL (WAF developer guide, AWS WAF quotas)."""
_PATH_UNITS = 22
"""A path: 2 for the start of a text, 10 for each of two transformations (string match rule statement)."""
_RATE_UNITS = 2
_SET_UNITS = 1


@dataclass(frozen=True, slots=True)
class ManagedGroup:
    """A rule group that AWS keeps, with its capacity units."""

    name: str
    units: int


MANAGED = {
    "ip-reputation": ManagedGroup("AWSManagedRulesAmazonIpReputationList", 25),
    "anonymous-ip": ManagedGroup("AWSManagedRulesAnonymousIpList", 50),
    "common": ManagedGroup("AWSManagedRulesCommonRuleSet", 700),
    "bad-inputs": ManagedGroup("AWSManagedRulesKnownBadInputsRuleSet", 200),
    "admin": ManagedGroup("AWSManagedRulesAdminProtectionRuleSet", 100),
    "sql": ManagedGroup("AWSManagedRulesSQLiRuleSet", 200),
    "linux": ManagedGroup("AWSManagedRulesLinuxRuleSet", 200),
    "unix": ManagedGroup("AWSManagedRulesUnixRuleSet", 100),
    "windows": ManagedGroup("AWSManagedRulesWindowsRuleSet", 200),
    "php": ManagedGroup("AWSManagedRulesPHPRuleSet", 100),
    "wordpress": ManagedGroup("AWSManagedRulesWordPressRuleSet", 100),
    "bots": ManagedGroup("AWSManagedRulesBotControlRuleSet", 50),
}
"""Our words → AWS's rule groups, in the order in which they are asked. Source: WAF developer guide, AWS Managed
Rules rule groups list."""


def units(data: Mapping[str, Json]) -> int:
    """Capacity units of a firewall, without its own rules unless they say theirs; never less than AWS's own count."""
    found = sum(MANAGED[name].units + _scope(said) for name, said in data["managed"].items())
    found += sum(_RATE_UNITS + _scope(said) for said in data["rate_limits"].values())
    found += sum(rule["units"] or 0 for rule in data["rules"].values())
    return found + 2 * _SET_UNITS * (bool(data["allow_ips"]) + bool(data["block_ips"])) + bool(data["countries"])


def _scope(said: Mapping[str, Json]) -> int:
    return _PATH_UNITS * len((*said["paths"], *said["except_paths"]))
