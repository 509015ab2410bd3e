"""Resources that connect a component to those it uses: IAM policy, security-group rules, environment variables."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator, Mapping

import awacs.aws
from awacs.aws import Action, Allow, PolicyDocument, Statement
from troposphere import AWSObject, Ref, ec2, encode_to_dict, iam

from compiler.language.names import pascal
from compiler.meaning.edges import Edge
from compiler.program.component import Capability, Component, Grant, Platform, Value
from compiler.source.json_value import Json


def policy_id(component: Component) -> str:
    """Logical id of the policy that holds all grants of a component."""
    return f"{component.stem}Access"


def glue(platform: Platform, component: Component) -> tuple[AWSObject, ...]:
    """The resources that `component`'s edges add. They are made once: what waits for them asks for them first."""
    made = platform.glued.get(id(component))
    if made is None:
        made = platform.glued[id(component)] = tuple(_glue(platform, component))
    return made


def _glue(platform: Platform, component: Component) -> Iterator[AWSObject]:
    if component.role_id and has_grants(platform, component):
        yield access_policy(platform, component)
    yield from _of_targets(platform, component)
    if component.security_group_id:
        yield from _rules(platform, component)


def _of_targets(platform: Platform, component: Component) -> Iterator[AWSObject]:
    """What the components that this one uses add for it."""
    verbs: dict[str, list[str]] = {}
    for edge in platform.in_order(component):
        verbs.setdefault(edge.target, []).append(edge.verb)
    for target, done in verbs.items():
        yield from platform.components[target].for_user(platform, component, tuple(dict.fromkeys(done)))


def has_grants(platform: Platform, component: Component) -> bool:
    """Whether the component has the policy `policy_id`, which its tasks or functions then wait for."""
    return any(platform.capability(edge).grants for edge in platform.edges_from(component))


def needs_network(platform: Platform, component: Component) -> bool:
    """Whether one of the component's edges goes through the network."""
    return any(platform.capability(edge).ports for edge in platform.edges_from(component))


def access_policy(platform: Platform, component: Component) -> iam.RolePolicy:
    """One inline policy: a statement for each kind of access, in an order that the spec's order does not change."""
    groups = _alike(platform, component)
    statements = [statement(_sid(platform, grants), _together(grants)) for grants in groups]
    return iam.RolePolicy(
        policy_id(component),
        PolicyName="access",
        RoleName=Ref(component.role_id),
        PolicyDocument=PolicyDocument(Version="2012-10-17", Statement=statements).JSONrepr(),
    )


def _alike(platform: Platform, component: Component) -> list[list[tuple[Edge, int, Grant]]]:
    """The grants of all edges; those with the same actions and conditions together, as one would write them."""
    groups: list[list[tuple[Edge, int, Grant]]] = []
    for edge in platform.in_order(component):
        for number, grant in enumerate(platform.capability(edge).grants):
            same = (group for group in groups if _access(group[0][2]) == _access(grant))
            group = next(same, None)
            if group is None:
                groups.append([(edge, number, grant)])
            else:
                group.append((edge, number, grant))
    return groups


def _access(grant: Grant) -> tuple[tuple[str, ...], Mapping[str, Mapping[str, Json]]]:
    return grant.actions, grant.conditions


def _sid(platform: Platform, grants: list[tuple[Edge, int, Grant]]) -> str:
    """A statement id: by the target (``JobsQueueSend``), or by the service for several targets (``SqsSend``)."""
    edge, number, grant = grants[0]
    alone = {other.target for other, _, _ in grants} == {edge.target}
    stem = platform.stem(edge.target) if alone else pascal(grant.actions[0].split(":")[0])
    return f"{stem}{pascal(edge.verb)}{number or ''}"


def _together(grants: list[tuple[Edge, int, Grant]]) -> Grant:
    """Each resource once: by its text, since troposphere's values have no hash."""
    if len(grants) == 1 and len(grants[0][2].resources) == 1:
        return grants[0][2]
    resources: dict[str, Value] = {}
    for _, _, grant in grants:
        for resource in grant.resources:
            resources.setdefault(json.dumps(encode_to_dict(resource)), resource)
    return Grant(grants[0][2].actions, tuple(resources.values()), grants[0][2].conditions)


def statement(sid: str, grant: Grant) -> Statement:
    """A grant as an awacs statement."""
    operators = ((operator.replace(":", ""), keys) for operator, keys in sorted(grant.conditions.items()))
    conditions = [getattr(awacs.aws, operator)(dict(keys)) for operator, keys in operators]
    return Statement(
        Sid=sid,
        Effect=Allow,
        Action=[_action(action) for action in grant.actions],
        Resource=list(grant.resources),
        **({"Condition": awacs.aws.Condition(conditions)} if conditions else {}),
    )


@functools.cache
def _action(name: str) -> Action:
    """Of awacs, which splits it: a thousand components with the same verbs have the same few."""
    return Action(*name.split(":", 1))


def environment(platform: Platform, component: Component) -> dict[str, Value]:
    """Environment variables of the component's uses, by name."""
    return _named(platform, component, lambda capability: capability.environment)


def secrets(platform: Platform, component: Component) -> dict[str, Value]:
    """Variable → ECS ValueFrom, key by key, for secrets, which must not be in a task definition."""
    return _named(platform, component, lambda capability: capability.secrets)


def _named(
    platform: Platform, component: Component, facet: Callable[[Capability], Mapping[str, Value]]
) -> dict[str, Value]:
    variables: dict[str, Value] = {}
    for edge in platform.in_order(component):
        if edge.prefix:
            values = facet(platform.capability(edge))
            variables |= {f"{edge.prefix}_{suffix}": value for suffix, value in values.items()}
    return variables


def secret_grants(platform: Platform, component: Component) -> tuple[tuple[str, Grant], ...]:
    """Statement id and grant for each secret that the ECS agent injects."""
    grants: list[tuple[str, Grant]] = []
    for edge in platform.in_order(component):
        capability = platform.capability(edge)
        injected = edge.prefix or not capability.secrets
        for number, grant in enumerate(capability.secret_grants if injected else ()):
            named = f"{platform.stem(edge.target)}Secret{number or ''}", grant
            grants += [named] if named not in grants else []
    return tuple(grants)


def waits(platform: Platform, component: Component) -> list[str]:
    """Logical ids that must exist before the component runs: its policy and what its uses require.

    They are found once: each of a function's three hundred mappings waits for the same.
    """
    found = platform.waited.get(id(component))
    if found is None:
        found = platform.waited[id(component)] = tuple(dict.fromkeys(_waits(platform, component)))
    return list(found)


def _waits(platform: Platform, component: Component) -> list[str]:
    logical_ids = [policy_id(component)] if has_grants(platform, component) else []
    logical_ids += [str(one.title) for one in _of_targets(platform, component)]
    for edge in platform.in_order(component):
        logical_ids += platform.capability(edge).after
    return logical_ids + _first(platform, component)


def _first(platform: Platform, component: Component) -> list[str]:
    """What runs at a deployment before others of its stack that use the same data. Of two none waits for the other."""
    if component.first_id:
        return []
    own = _layer(platform, component.address)
    first = [one for one in platform.first if _layer(platform, one.address) == own]
    if not first:
        return []
    shared = {edge.target for edge in platform.edges_from(component) if _layer(platform, edge.target) == "data"}
    return sorted(str(one.first_id) for one in first if shared & {edge.target for edge in platform.edges_from(one)})


def _layer(platform: Platform, address: str) -> str:
    found = platform.spec.at(address)
    return platform.schema.layer(found.section, found.settings)


def _rules(platform: Platform, component: Component) -> Iterator[AWSObject]:
    """Both sides of each connection: ingress at the target, egress at the user.

    The security group of an existing target is never changed, so that only the egress rule is created.
    """
    security_group = Ref(component.security_group_id)
    seen: set[tuple[str, str]] = set()
    for edge in platform.in_order(component):
        target = platform.components[edge.target]
        for port in platform.capability(edge).ports:
            stem, other = component.stem, pascal(port.behind) or target.stem
            if (other, port.word) in seen:
                continue
            seen.add((other, port.word))
            description = f"{component.name} to {port.behind or target.name} on {port.number}"
            if not port.existing and not target.unchanged:
                yield ec2.SecurityGroupIngress(
                    f"{other}{port.word}From{stem}",
                    GroupId=port.security_group,
                    SourceSecurityGroupId=security_group,
                    IpProtocol=port.transport,
                    FromPort=port.number,
                    ToPort=port.number,
                    Description=description,
                )
            yield ec2.SecurityGroupEgress(
                f"{stem}To{other}{port.word}",
                GroupId=security_group,
                DestinationSecurityGroupId=port.security_group,
                IpProtocol=port.transport,
                FromPort=port.number,
                ToPort=port.number,
                Description=description,
            )
