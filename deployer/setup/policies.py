"""The least policies for planning, applying and, for CloudFormation, changing the resources of one environment."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from compiler.program.component import Grant, Platform, Value
from compiler.shared.deployer_calls import artefacts
from compiler.shared.deployer_grants import apply_grants, plan_grants, regions_of, stacks_of
from compiler.shared.stored_images import stored_image_grants
from compiler.source.frozen import frozen
from compiler.source.json_value import Json
from compiler.stacks.compiled import Compiled
from deployer.setup.emptying import emptying, looking
from deployer.setup.type_permissions import actions_of, read_actions_of

MAX_POLICY = 6_144
"""Characters of a managed policy without white space (IAM and AWS STS quotas)."""
MAX_POLICIES = 10
"""Managed policies of a role (the same page, default)."""
_FIRST = ("cloudformation:DeleteStack", "cloudformation:UpdateTerminationProtection")
"""What a first deployment calls: a failed one is removed before it is repeated, production is protected."""
OF_OWN_ROLES = frozenset(
    f"iam:{name}"
    for name in (
        *("AttachRolePolicy", "CreateRole", "DeleteRole", "DeleteRolePermissionsBoundary", "DeleteRolePolicy"),
        *("DetachRolePolicy", "PassRole", "PutRolePermissionsBoundary", "PutRolePolicy", "TagRole", "UntagRole"),
        *("UpdateAssumeRolePolicy", "UpdateRole", "UpdateRoleDescription"),
    )
)
"""Held to roles whose names begin with the stack's, as CloudFormation names them, so that all others are safe."""
_ROLE = "AWS::IAM::Role"
_IMPORTS = ("Imports", Grant(("cloudformation:GetResource", "cloudformation:GetTemplateSummary"), ("*",)))
"""What `import` asks of a template and of resources that are in no stack yet, so that no ARN holds it."""
_STACK_CALLS = "cloudformation:"


@frozen(eq=True)
class Policies:
    """Policy documents with pseudo parameters of CloudFormation, such as ``${AWS::AccountId}``."""

    plan: Json
    apply: Json
    resources: tuple[Json, ...]
    """What changing the resources takes; each fits into a managed policy."""
    reads: tuple[Json, ...]
    """What reading them takes, which drift detection does."""
    contents: Json
    """What tells beforehand whether something that goes is empty, beside planning or applying."""
    empty: Json
    """What `destroy --empty` takes beside applying; empty where nothing can be emptied."""
    unknown: tuple[str, ...]
    """Resource types whose permissions CloudFormation does not tell."""


def policies(platform: Platform, roots: Sequence[Compiled], role: Value | None) -> Policies:
    """`role` is CloudFormation's; without one, whoever applies needs `resources` too."""
    planning = [*plan_grants(platform, None), _IMPORTS]
    applying = [*plan_grants(platform, None, role), *apply_grants(platform, role), *_first(platform), _IMPORTS]
    stores = [statement(sid, grant) for sid, grant in emptying(platform, roots)]
    types = {one["Type"] for root in roots for one in _bodies(root)}
    actions, unknown = actions_of(types)
    return Policies(
        plan=document(statement(sid, grant) for sid, grant in planning),
        apply=document(statement(sid, grant) for sid, grant in applying),
        resources=tuple(packed(_resource_grants(platform, roots, actions))),
        reads=tuple(packed([Grant(tuple(sorted(read_actions_of(types))), ("*",))])),
        contents=document(statement(sid, grant) for sid, grant in looking(platform, roots)),
        empty=document(stores) if stores else {},
        unknown=unknown,
    )


def _first(platform: Platform) -> Iterator[tuple[str, Grant]]:
    root, _ = stacks_of(platform)
    yield "FirstDeployment", Grant(_FIRST, tuple(root))


def _bodies(root: Compiled) -> Iterator[Mapping[str, Json]]:
    for template in root.templates:
        yield from template.body.get("Resources", {}).values()


def _resource_grants(platform: Platform, roots: Sequence[Compiled], actions: Iterable[str]) -> Iterator[Grant]:
    """Templates and code, nested stacks, roles of the environment alone, and the rest wherever it is."""
    wanted = frozenset(actions)
    yield from (grant for sid, grant in artefacts(None, regions_of(platform)) if sid == "Artefacts")
    yield Grant(_chosen(wanted, lambda one: one.startswith(_STACK_CALLS)), tuple(stacks_of(platform)[1]))
    yield from (grant for _, grant in stored_image_grants(platform, regions_of(platform)))
    name = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{platform.name}-{platform.environment}-*"
    outside = [one.id for one in roots[0].outside if one.resource_type == _ROLE and one.id.startswith("arn:")]
    yield Grant(_chosen(wanted, OF_OWN_ROLES.__contains__), (name, *sorted(outside)))
    yield Grant(_chosen(wanted, lambda one: one not in OF_OWN_ROLES and not one.startswith(_STACK_CALLS)), ("*",))


def _chosen(actions: Iterable[str], fits: Json) -> tuple[str, ...]:
    return tuple(sorted(action for action in actions if fits(action)))


def packed(grants: Iterable[Grant]) -> Iterator[Json]:
    """As few documents as it takes, each below the limit, action by action."""
    statements: list[Json] = []
    for grant in grants:
        for action in grant.actions:
            grown = _with_action(statements, grant, action)
            if _size(document(grown)) > MAX_POLICY:
                yield document(statements)
                grown = _with_action([], grant, action)
            statements = grown
    if statements:
        yield document(statements)


def _with_action(statements: Sequence[Json], grant: Grant, action: str) -> list[Json]:
    """The statements with one action more, in the last one where that is on the same resources."""
    alone = statement("", Grant((action,), grant.resources, grant.conditions))
    last = statements[-1] if statements else {}
    if {**last, "Action": ()} != {**alone, "Action": ()}:
        return [*statements, alone]
    return [*statements[:-1], {**last, "Action": [*last["Action"], action]}]


def _size(document: Json) -> int:
    """With room for what pseudo parameters become: an account has 12 digits, a region up to 14 letters."""
    return len(json.dumps(document, separators=(",", ":")))


def document(statements: Iterable[Json]) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def statement(sid: str, grant: Grant) -> Json:
    named = {"Sid": sid} if sid else {}
    conditions = _plain(grant.conditions)
    found = {**named, "Effect": "Allow", "Action": list(grant.actions), "Resource": _plain(grant.resources)}
    return {**found, **({"Condition": conditions} if conditions else {})}


def _plain(value: Json) -> Json:
    """References as text with pseudo parameters: ``${AWS::Region}`` for ``{"Ref": "AWS::Region"}``."""
    if hasattr(value, "to_dict"):
        value = value.to_dict()
    if isinstance(value, Mapping):
        if [*value] == ["Fn::Sub"]:
            return value["Fn::Sub"]
        return f"${{{value['Ref']}}}" if [*value] == ["Ref"] else {key: _plain(one) for key, one in value.items()}
    if isinstance(value, str):
        return value
    return [_plain(one) for one in value]


def as_template(value: Json) -> Json:
    """Texts with pseudo parameters as ``Fn::Sub``, for a template."""
    if isinstance(value, str):
        return {"Fn::Sub": value} if "${" in value else value
    if isinstance(value, Mapping):
        return {key: as_template(one) for key, one in value.items()}
    return [as_template(one) for one in value]


def filled(value: Json, pseudo: Mapping[str, str]) -> Json:
    """Pseudo parameters with their values, as people and IAM need them."""
    text = json.dumps(value)
    for name, known in pseudo.items():
        text = text.replace(f"${{{name}}}", known)
    return json.loads(text)
