"""What is wrong with a firewall beyond its schema."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from compiler.kinds.firewalls.rules import MOST_UNITS, managed_groups, units
from compiler.language.resource_types import strangers
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.countries import one_of_both
from compiler.source.diagnostics import did_you_mean
from compiler.source.json_value import Json

_TYPE = "AWS::WAFv2::WebACL"
_UNVERSIONED = ("ip-reputation", "anonymous-ip")
_BY_AWS = "AWSManagedRules"
_WITH_SETTINGS = ("AWSManagedRulesACFPRuleSet", "AWSManagedRulesATPRuleSet", "AWSManagedRulesAntiDDoSRuleSet")
"""Groups that are not used without settings (WAFv2 API reference, ManagedRuleGroupConfig)."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of one resolved firewall."""
    data = component.settings
    yield from one_of_both(data["countries"])
    yield from _groups(data["managed"])
    yield from _levels(data["managed"])
    for name, rule in data["rules"].items():
        yield from _statement(name, rule["statement"])
    for word in ("allow_ips", "block_ips"):
        yield from _addresses(word, data[word])
    yield from _capacity(data)


def _groups(managed: Mapping[str, Json]) -> Iterator[Fault]:
    """Our words are ours alone; AWS's names are for groups that have none."""
    ours = managed_groups()
    words = {group.name: word for word, group in ours.items()}
    for name in managed:
        path = ("managed", name)
        if name in words:
            yield Fault("not-allowed", f"the group {name} has a short name", path, f"write '{words[name]}'")
        elif name in _WITH_SETTINGS:
            message = f"the group {name} needs settings that 'managed' does not have"
            yield Fault("not-allowed", message, path, "write a web ACL with it under 'resources'")
        elif name not in ours and not name.startswith(_BY_AWS):
            help_text = did_you_mean(name, ours)
            yield Fault("bad-name", f"there is no group '{name}'", path, help_text)


def _levels(managed: Mapping[str, Json]) -> Iterator[Fault]:
    for name, group in managed.items():
        if group["level"] and name != "bots":
            message = f"the group {name} has no levels, only bots has"
            yield Fault("unused-setting", message, ("managed", name, "level"), "remove it")
        if group["version"] and name in _UNVERSIONED:
            message = f"the group {name} has no versions"
            yield Fault("unused-setting", message, ("managed", name, "version"), "remove it")


def _statement(name: str, statement: Mapping[str, Json]) -> Iterator[Fault]:
    for one in strangers(_TYPE, {"Rules": [{"Statement": statement}]}):
        message = f"a statement of {_TYPE} has no '{one.path[-1]}'"
        path = ("rules", name, "statement", *one.path[3:])
        yield Fault("unknown-resource-property", message, path, did_you_mean(str(one.path[-1]), one.known))


def _addresses(word: str, blocks: list[str]) -> Iterator[Fault]:
    for index, block in enumerate(blocks):
        try:
            ipaddress.ip_network(block)
        except ValueError as problem:
            yield Fault("bad-cidr", str(problem), (word, index), "write a block such as 203.0.113.0/24")


def _capacity(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Source: WAF developer guide, web ACL capacity units."""
    found = units(data)
    if found > MOST_UNITS:
        message = f"its rules need about {found} capacity units, and a web ACL has {MOST_UNITS}"
        yield Fault("firewall-capacity", message, (), "remove groups, or name fewer paths")
