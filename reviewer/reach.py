"""Tell a change of security groups as who may now reach which port of which component."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compiler.source.json_value import Json
from reviewer.change import Risk
from reviewer.settings import place_of
from reviewer.sides import Sides
from reviewer.template_set import Address, TemplateSet
from reviewer.values import value_text

INTERNET = "the internet"
_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})
_SOURCES = ("SourceSecurityGroupId", "CidrIp", "CidrIpv6", "SourcePrefixListId")
_DESTINATIONS = ("DestinationSecurityGroupId", "CidrIp", "CidrIpv6", "DestinationPrefixListId")
_NOWHERE = "127.0.0.1/32"
"""Destination of a rule that only keeps AWS from allowing everything."""


@dataclass(frozen=True, slots=True, order=True)
class Opening:
    """One rule of a security group: who reaches whom."""

    source: str
    target: str
    port: str
    outgoing: bool = False


def reach_risks(sides: Sides) -> Iterator[Risk]:
    """A line for each rule that is new or gone between what stays; the internet's also where the target is new."""
    old, new = openings(sides, sides.old), openings(sides, sides.new)
    for opening in sorted(new - old):
        if opening.source == INTERNET or _public(opening.source) or _stays(sides, opening):
            yield _risk(sides, opening, "may now reach")
    for opening in sorted(old - new):
        if _stays(sides, opening):
            yield _risk(sides, opening, "may no longer reach")


def openings(sides: Sides, templates: TemplateSet) -> frozenset[Opening]:
    return frozenset(one for address in templates.addresses() for one in _of_resource(sides, templates, address))


def _of_resource(sides: Sides, templates: TemplateSet, address: Address) -> Iterator[Opening]:
    kind = str(templates.resource(address).get("Type", "")).removeprefix("AWS::EC2::")
    if kind not in ("SecurityGroup", "SecurityGroupIngress", "SecurityGroupEgress"):
        return
    properties = templates.linked(address, "Properties") or {}
    owner = sides.owner("/".join(filter(None, address))) or address[1]
    if kind == "SecurityGroup":
        yield from (_ingress(sides, rule, owner) for rule in properties.get("SecurityGroupIngress", ()))
        yield from _egresses(sides, properties.get("SecurityGroupEgress", ()), owner)
        return
    group = next(iter(sides.owners(properties.get("GroupId"))), "") or value_text(properties.get("GroupId"))
    if kind == "SecurityGroupIngress":
        yield _ingress(sides, properties, group)
    else:
        yield from _egresses(sides, [properties], group)


def _ingress(sides: Sides, rule: Mapping[str, Json], target: str) -> Opening:
    return Opening(_party(sides, rule, _SOURCES), target, _port(rule))


def _egresses(sides: Sides, rules: Json, owner: str) -> Iterator[Opening]:
    """Rules to addresses only: one to a group has a counterpart that tells of it."""
    for rule in rules:
        if "DestinationSecurityGroupId" not in rule and rule.get("CidrIp") != _NOWHERE:
            yield Opening(owner, _party(sides, rule, _DESTINATIONS), _port(rule), outgoing=True)


def _party(sides: Sides, rule: Mapping[str, Json], names: tuple[str, ...]) -> str:
    value = next((rule[name] for name in names if name in rule), None)
    if isinstance(value, str) and value in _EVERYWHERE:
        return INTERNET
    return next(iter(sides.owners(value)), "") or value_text(value)


def _port(rule: Mapping[str, Json]) -> str:
    first, last = rule.get("FromPort"), rule.get("ToPort")
    if str(rule.get("IpProtocol")) == "-1" or first is None:
        return "every port"
    return f"port {first}" if str(first) == str(last) else f"ports {first} to {last}"


def _public(source: str) -> bool:
    """Whether a source is a network of the internet."""
    try:
        return not ipaddress.ip_network(source).is_private
    except ValueError:
        return False


def _stays(sides: Sides, opening: Opening) -> bool:
    parties = [party for party in (opening.source, opening.target) if sides.known(party)]
    return all(sides.existed(party) and party in sides.compiled.places for party in parties)


def _risk(sides: Sides, opening: Opening, what: str) -> Risk:
    opened = what.endswith("now reach")
    serious = opened and not opening.outgoing and (opening.source == INTERNET or _public(opening.source))
    component = opening.source if opening.outgoing else opening.target
    text = f"{opening.source} {what} {opening.port}"
    if opening.outgoing:
        text = f"{what} {opening.target} on {opening.port}"
    return Risk("network", component, text, place_of(sides, component), serious)
