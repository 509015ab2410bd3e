"""Give many users of one security group a group of their own, where a rule for each would be over AWS's quota.

A group takes 60 rules a side by default. Where it has more, those that differ in the other group alone become one: the
other groups' network interfaces are in a further group that the rule names. Who may connect to whom stays the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from compiler.program.intrinsics import Target, pointing, targets
from compiler.program.quota_measures import by_type, measured, named, properties
from compiler.program.resource import Resource, waiting_for, waits_for
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

USUAL_RULES = 60
"""Rules of a side. Amazon VPC quotas, "Inbound or outbound rules per security group"."""
_MOST_GROUPS = 4
"""Further groups of a network interface, which has five by default. Amazon VPC quotas, "Security groups per network
interface"."""
CLOSED: Mapping[str, Json] = {
    "CidrIp": "127.0.0.1/32",
    "IpProtocol": "icmp",
    "FromPort": 252,
    "ToPort": 86,
    "Description": "Nothing goes out: without a rule AWS would allow everything",
}
"""The egress rule of a group that sends nothing by itself."""
_GROUP = "AWS::EC2::SecurityGroup"
Resources: TypeAlias = Mapping[str, Resource]


@frozen(eq=True)
class _Side:
    """Rules of one direction: their type, the property with the other group, and what is measured."""

    kind: str
    other: str
    measure: str
    word: str


_SIDES = (
    _Side("AWS::EC2::SecurityGroupIngress", "SourceSecurityGroupId", "inbound-rules", "Clients"),
    _Side("AWS::EC2::SecurityGroupEgress", "DestinationSecurityGroupId", "outbound-rules", "Servers"),
)
_RULES = frozenset(side.kind for side in _SIDES)


@frozen(eq=True)
class _Shared:
    """A group that others share, and the rules that it stands for."""

    group: Resource
    rule: Resource
    rules: tuple[str, ...]
    members: tuple[str, ...]
    """Logical ids of the groups whose network interfaces are in it too."""


def with_shared_groups(resources: Resources) -> dict[str, Resource]:
    """The resources; what waited for a rule waits for the one in its place."""
    found = by_type(resources)
    full = [
        (side, name)
        for side in _SIDES
        for name, count in measured(side.measure, found)
        if count > USUAL_RULES and name in found.get(_GROUP, {})
    ]
    if not full:
        return dict(resources)
    members = _movable(resources)
    shared = [one for side, name in full for one in _shared(side, resources[name], found.get(side.kind, {}), members)]
    taken = {one.logical_id for each in shared for one in (each.group, each.rule)} & resources.keys()
    return _replaced(resources, [] if taken else shared)


def _shared(side: _Side, group: Resource, rules: Resources, members: Mapping[str, bool]) -> Iterator[_Shared]:
    """The shared groups of one security group: one for each port, in the order of their first rules.

    `members` says of each group whether it can be moved.
    """
    alike: dict[tuple[Json, ...], list[Resource]] = {}
    for one in rules.values():
        about = properties(one)
        if named(about.get("GroupId")) == group.logical_id and named(about.get(side.other)) in members:
            ports = about.get("IpProtocol"), about.get("FromPort"), about.get("ToPort")
            alike.setdefault(ports, []).append(one)
    for (protocol, first, last), every in alike.items():
        may = [one for one in every if members[named(properties(one)[side.other])]]
        if len(may) > 1:
            stem = f"{group.logical_id}{str(first if first == last else f'{first}To{last}').replace('-', '')}"
            yield _made(side, group, (f"{stem}{'' if protocol == 'tcp' else str(protocol).title()}", may))


def _made(side: _Side, group: Resource, made: tuple[str, Sequence[Resource]]) -> _Shared:
    stem, rules = made
    name = f"{stem}{side.word}"
    vpc = {"VpcId": properties(group)["VpcId"]} if "VpcId" in properties(group) else {}
    about = {"GroupDescription": f"{side.word} of {group.logical_id}", "SecurityGroupEgress": [dict(CLOSED)], **vpc}
    of_rules = {**properties(rules[0]), side.other: {"Ref": name}, "Description": f"{side.word} of {group.logical_id}"}
    members = tuple(named(properties(one)[side.other]) for one in rules)
    return _Shared(
        _resource(name, group.component, {"Type": _GROUP, "Properties": about}),
        _resource(f"{name}Rule", group.component, {"Type": side.kind, "Properties": of_rules}),
        tuple(one.logical_id for one in rules),
        members,
    )


def _resource(name: str, component: str, body: Json) -> Resource:
    return Resource(name, component, body, frozenset(targets(body)))


def _users(resources: Resources) -> Mapping[str, Sequence[Resource]]:
    """Each group → what has it in its network interfaces, or names it otherwise; not the rules."""
    found: dict[str, list[Resource]] = {name: [] for name, one in resources.items() if one.body["Type"] == _GROUP}
    for one in resources.values():
        if one.body["Type"] not in _RULES:
            for name in {target.logical_id for target in one.targets} & found.keys():
                found[name].append(one)
    return found


def _movable(resources: Resources) -> dict[str, bool]:
    """Of each group whether everything that has it in it lists it, so that another can be listed beside."""
    users = _users(resources).items()
    return {group: bool(every) and all(_listed(one.body, group) for one in every) for group, every in users}


def _listed(body: Json, group: str) -> bool:
    places = [(path, target) for path, target in pointing(body, ()) if target.logical_id == group]
    return all(
        len(path) > 1 and "SecurityGroup" in str(path[-2]) and _at(body, path) == target.to_json()
        for path, target in places
    )


def _at(value: Json, path: Sequence[str | int]) -> Json:
    for step in path:
        value = value[step]
    return value


def _replaced(resources: Resources, shared: Sequence[_Shared]) -> dict[str, Resource]:
    more: dict[str, list[str]] = {}
    counts: Counter[str] = Counter()
    kept: set[str] = set()
    instead: dict[str, str] = {}
    for one in shared:
        for rule, member in zip(one.rules, one.members, strict=True):
            if counts[member] == _MOST_GROUPS:
                kept.add(rule)
                continue
            counts[member] += 1
            more.setdefault(member, []).append(one.group.logical_id)
            instead[rule] = one.rule.logical_id
    found = {
        name: _with_groups(_waiting(resource, instead), more)
        for name, resource in resources.items()
        if name not in instead
    }
    return found | {new.logical_id: new for one in shared for new in (one.group, one.rule)}


def _waiting(resource: Resource, instead: Mapping[str, str]) -> Resource:
    waits = waits_for(resource.body)
    if not any(name in instead for name in waits):
        return resource
    return replace(resource, body=waiting_for(resource.body, sorted({instead.get(name, name) for name in waits})))


def _with_groups(resource: Resource, more: Mapping[str, Sequence[str]]) -> Resource:
    """A resource whose network interfaces are in further groups."""
    if resource.body["Type"] in _RULES or not any(target.logical_id in more for target in resource.targets):
        return resource
    further = {Target(one) for target in resource.targets for one in more.get(target.logical_id, ())}
    body = _listing(resource.body, more)
    return Resource(resource.logical_id, resource.component, body, resource.targets | further)


def _listing(value: Json, more: Mapping[str, Sequence[str]]) -> Json:
    if isinstance(value, dict):
        return {key: _listing(child, more) for key, child in value.items()}
    if isinstance(value, list):
        further = [{"Ref": one} for item in value if isinstance(item, dict) for one in more.get(named(item), ())]
        return [*(_listing(item, more) for item in value), *(one for one in further if one not in value)]
    return value
