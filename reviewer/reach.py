"""Tell a change of security groups as who may now reach which port of which component."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from compiler.source.json_value import Json
from reviewer.change import Risk
from reviewer.settings import place_of
from reviewer.shapes import objects
from reviewer.sides import Sides
from reviewer.template_set import Address, TemplateSet
from reviewer.values import joined, value_text

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
    """A line for whoever reaches more or less between what stays; for the internet also where the target is new."""
    old, new = openings(sides, sides.old), openings(sides, sides.new)
    opened = [one for one in new - old if _from_outside(one) or _stays(sides, one)]
    closed = [one for one in old - new if _stays(sides, one)]
    for what, found in (("may now reach", opened), ("may no longer reach", closed)):
        grouped: dict[Opening, list[str]] = {}
        for opening in sorted(found):
            grouped.setdefault(replace(opening, port=""), []).append(opening.port)
        for opening, ports in grouped.items():
            yield _risk(sides, replace(opening, port=joined(ports)), what)


def openings(sides: Sides, templates: TemplateSet) -> frozenset[Opening]:
    return frozenset(one for address in templates.addresses() for one in _of_resource(sides, templates, address))


def _of_resource(sides: Sides, templates: TemplateSet, address: Address) -> Iterator[Opening]:
    kind = str(templates.resource(address).get("Type", "")).removeprefix("AWS::EC2::")
    if kind not in ("SecurityGroup", "SecurityGroupIngress", "SecurityGroupEgress"):
        return
    properties = templates.linked(address, "Properties") or {}
    owner = sides.owner("/".join(filter(None, address))) or address[1]
    if kind == "SecurityGroup":
        yield from (_ingress(sides, rule, owner) for rule in objects(properties.get("SecurityGroupIngress")))
        yield from _egresses(sides, properties.get("SecurityGroupEgress"), owner)
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
    for rule in objects(rules):
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


def _from_outside(opening: Opening) -> bool:
    """Whether it lets in the internet, or a network of it."""
    if opening.outgoing or opening.source == INTERNET:
        return opening.source == INTERNET
    try:
        return not ipaddress.ip_network(opening.source).is_private
    except ValueError:
        return False


def _stays(sides: Sides, opening: Opening) -> bool:
    return all(sides.stays(party) for party in (opening.source, opening.target) if sides.known(party))


def _risk(sides: Sides, opening: Opening, what: str) -> Risk:
    if opening.outgoing:
        text = f"{what} {opening.target} on {opening.port}"
        return Risk("network", opening.source, text, place_of(sides, opening.source), serious=False)
    serious = what == "may now reach" and _from_outside(opening)
    text = f"{opening.source} {what} {opening.port}"
    return Risk("network", opening.target, text, place_of(sides, opening.target), serious)
