"""What the resources of a program say, in pieces that can be compared: permissions, rules, variables, order, the rest.

Two programs that differ by one setting differ in exactly the facts that the setting adds. A statement of a policy is
a fact for each of its resources, whichever policy and statement holds it: the compiler puts those of several uses
together, and divides large policies.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from compiler.language.resource_types import is_intrinsic
from compiler.program.resource import Resource, waits_for
from compiler.source.document import Path
from compiler.source.json_value import Json
from reviewer.differences import shown
from reviewer.explain.notation import listed, short

_POLICIES = ("AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")
_ROLE = "AWS::IAM::Role"
_INGRESS, _EGRESS = "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"
_LISTS = ("Environment", "EnvironmentVariables", "Secrets")
SHOWN_BY_THEMSELVES = frozenset({*_POLICIES, _INGRESS, _EGRESS})
"""Types of resources that are nothing but permissions or rules."""


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """Actions that a statement allows or denies on one resource."""

    holder: str
    """Logical id of the role, or of the resource whose own policy it is."""
    actions: tuple[str, ...]
    target: str
    condition: str = ""
    principal: str = ""
    """Who may, in the policy of a resource; empty in that of a role."""
    effect: str = "Allow"
    resource: str = field(default="", compare=False)
    """Logical id of the policy that it stands in."""
    statement: str = field(default="", compare=False)
    """Its Sid."""


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """A rule of a security group, which is a resource of its own."""

    resource: str
    ingress: bool
    group: str
    other: str
    ports: str
    """``tcp 5432``."""


@dataclass(frozen=True, slots=True, order=True)
class Variable:
    """An environment variable; a secret is read by the ECS agent, and only its ARN is in the template."""

    resource: str
    name: str
    value: str
    secret: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Wait:
    """A resource that is created after another one, by its DependsOn."""

    resource: str
    after: str


@dataclass(frozen=True, slots=True, order=True)
class Created:
    """A resource."""

    resource: str
    type: str


@dataclass(frozen=True, slots=True, order=True)
class Property:
    """Any other value of a resource."""

    resource: str
    path: str
    value: str


Fact = Permission | Rule | Variable | Wait | Created | Property


def facts(resources: Mapping[str, Resource]) -> dict[Fact, Fact]:
    """All facts of a program, each by itself: equal facts of two programs may stand in different policies."""
    return {fact: fact for name, one in resources.items() for fact in _facts(name, one.body)}


def _facts(name: str, body: Mapping[str, Json]) -> Iterator[Fact]:
    kind, properties = str(body["Type"]), body.get("Properties", {})
    yield Created(name, kind)
    yield from (Wait(name, other) for other in waits_for(body))
    if kind in (_INGRESS, _EGRESS):
        yield _rule(name, kind, properties)
    elif kind in _POLICIES:
        for role in listed(properties.get("RoleName") or properties.get("Roles", [])):
            yield from _permissions(name, short(role), properties["PolicyDocument"])
    else:
        yield from _of_value(name, properties, ())


def _rule(name: str, kind: str, properties: Mapping[str, Json]) -> Rule:
    other = properties.get("SourceSecurityGroupId") or properties.get("DestinationSecurityGroupId")
    other = other or properties.get("SourcePrefixListId") or properties.get("CidrIp") or properties.get("CidrIpv6")
    first, last = properties.get("FromPort"), properties.get("ToPort")
    ports = str(first) if first == last else f"{first}-{last}"
    group = short(properties.get("GroupId"))
    return Rule(name, kind == _INGRESS, group, short(other), f"{properties.get('IpProtocol')} {ports}")


def _permissions(name: str, holder: str, document: Json) -> Iterator[Permission]:
    for statement in listed(document.get("Statement", [])):
        actions = tuple(sorted(map(str, listed(statement.get("Action", [])))))
        condition, principal = _condition(statement.get("Condition", {})), _principal(statement.get("Principal"))
        about = (condition, principal, str(statement.get("Effect")), name, str(statement.get("Sid", "")))
        for target in listed(statement.get("Resource", "itself")):
            yield Permission(holder, actions, short(target), *about)


def _condition(condition: Mapping[str, Json]) -> str:
    """``kms:ViaService is sqs.us-east-1.amazonaws.com``: the operators of plain equality have no name."""
    told = []
    for operator, keys in sorted(condition.items()):
        words = "is" if operator in ("StringEquals", "ArnEquals", "Bool") else operator
        told += [f"{key} {words} {' or '.join(map(short, listed(value)))}" for key, value in sorted(keys.items())]
    return ", ".join(told)


def _principal(principal: Json) -> str:
    if not isinstance(principal, Mapping):
        return "" if principal is None else short(principal)
    return ", ".join(short(one) for value in principal.values() for one in listed(value))


def _of_value(name: str, value: Json, path: Path) -> Iterator[Fact]:
    """The facts of a value inside of a resource."""
    if isinstance(value, Mapping) and not is_intrinsic(value):
        if "Statement" in value:
            yield from _permissions(name, name, value)
            return
        for key, child in value.items():
            variables = _variables(key, child)
            yield from (Variable(name, one, short(text), key == "Secrets") for one, text in variables)
            yield from () if variables else _of_value(name, child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _of_value(name, child, (*path, index))
    elif path[-1:] != ("PolicyName",):
        text = short(value)
        given = _in_text(text)
        yield from (Variable(name, one, inner) for one, inner in given.items())
        yield from () if given else (Property(name, shown(path), text),)


def _variables(key: str, value: Json) -> list[tuple[str, Json]]:
    """Name and value of environment variables, in the forms that Lambda, ECS, CodeBuild and SageMaker take."""
    if isinstance(value, dict):
        named = key == "Variables" or (key == "Environment" and all(one == one.upper() for one in value))
        return list(value.items()) if named else []
    if key in _LISTS and isinstance(value, list):
        pairs = ((one.get("Name"), one.get("Value", one.get("ValueFrom"))) for one in value)
        return [(str(name), text) for name, text in pairs if name]
    return []


def _in_text(text: str) -> Mapping[str, str]:
    """Variables that are passed on as one JSON text, as pods get them."""
    try:
        value = json.loads(text) if text.startswith('{"') else None
    except ValueError:
        return {}
    return value if isinstance(value, dict) and all(name == name.upper() for name in value) else {}
