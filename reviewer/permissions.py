"""Read who may do what from all policies of a set of templates: identity policies, resource policies, permissions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from reviewer.shapes import objects
from reviewer.sides import Sides
from reviewer.template_set import Address, TemplateSet
from reviewer.values import value_text

_NOT_A_GRANT = frozenset({"AWS::EC2::VPCEndpoint"})
"""Types whose policy only narrows what others grant."""
_PERMISSION = "AWS::Lambda::Permission"
ANYONE = "anyone"


@frozen(eq=True)
class Permission:
    """One action that a policy allows or denies."""

    who: str
    """Component path, or how the principal is named: ``anyone``, ``events.amazonaws.com``, an ARN."""
    action: str
    target: str
    """Component path, else the ARN or ``*``."""
    condition: str = ""
    denied: bool = False
    companion: bool = False
    """Whether it only lets a service use the key of what another permission is about."""
    external: bool = False
    """Whether `who` is no component."""


def permissions(sides: Sides, templates: TemplateSet) -> frozenset[Permission]:
    """All permissions that the policies of `templates` give or deny."""
    return frozenset(
        permission for address in templates.addresses() for permission in _of_resource(sides, templates, address)
    )


def _of_resource(sides: Sides, templates: TemplateSet, address: Address) -> Iterator[Permission]:
    kind = str(templates.resource(address).get("Type", ""))
    if kind in _NOT_A_GRANT:
        return
    properties = templates.linked(address, "Properties") or {}
    owner = sides.owner("/".join(filter(None, address))) or address[1]
    if kind == _PERMISSION:
        yield from _lambda_permission(sides, properties, owner)
        return
    for statement in _statements(properties):
        yield from _of_statement(sides, statement, owner)
    for managed in _listed(properties.get("ManagedPolicyArns", ())):
        yield Permission(owner, "do everything in the managed policy", value_text(managed))


def _lambda_permission(sides: Sides, properties: Mapping[str, Json], owner: str) -> Iterator[Permission]:
    sources = sides.owners(properties.get("SourceArn"))
    who = sources[0] if sources else _principal_text(sides, properties.get("Principal"))
    target = next(iter(sides.owners(properties.get("FunctionName"))), owner)
    if who != target:
        yield Permission(who, str(properties.get("Action", "")), target, external=not sources)


def _statements(value: Json) -> Iterator[Mapping[str, Json]]:
    """All policy statements anywhere in the properties of a resource."""
    match value:
        case {"Statement": statements}:
            yield from objects(statements)
        case {**entries}:
            for entry in entries.values():
                yield from _statements(entry)
        case [*items]:
            for item in items:
                yield from _statements(item)


def _of_statement(sides: Sides, statement: Mapping[str, Json], owner: str) -> Iterator[Permission]:
    condition = json.dumps(statement["Condition"], sort_keys=True) if statement.get("Condition") else ""
    denied = statement.get("Effect") == "Deny"
    trust = "Principal" in statement or "NotPrincipal" in statement
    for who, target in _pairs(sides, statement, owner):
        for action in _actions(statement):
            companion = action.startswith("kms:") and "kms:ViaService" in condition
            yield Permission(who, action, target, condition, denied, companion, trust and not sides.known(who))


def _pairs(sides: Sides, statement: Mapping[str, Json], owner: str) -> Iterator[tuple[str, str]]:
    """Who, and on what: a policy with principals is about its own component, others are of it."""
    if "Principal" in statement or "NotPrincipal" in statement:
        for who in _principals(sides, statement):
            yield who, owner
        return
    for resource in _listed(statement.get("Resource", statement.get("NotResource", "*"))):
        yield from ((owner, target) for target in sides.owners(resource) or (value_text(resource),))


def _actions(statement: Mapping[str, Json]) -> Iterator[str]:
    yield from map(str, _listed(statement.get("Action", ())))
    yield from (f"anything but {action}" for action in _listed(statement.get("NotAction", ())))


def _principals(sides: Sides, statement: Mapping[str, Json]) -> Iterator[str]:
    if "NotPrincipal" in statement:
        yield f"anyone but {value_text(statement['NotPrincipal'])}"
        return
    match statement["Principal"]:
        case {**kinds}:
            for values in kinds.values():
                yield from (_principal_text(sides, value) for value in _listed(values))
        case other:
            yield _principal_text(sides, other)


def _principal_text(sides: Sides, value: Json) -> str:
    if value == "*":
        return ANYONE
    return next(iter(sides.owners(value)), "") or value_text(value)


def _listed(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list | tuple) else [value]
