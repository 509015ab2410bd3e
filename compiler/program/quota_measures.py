"""How much of each quota the resources of a platform take: by resource, by what they belong to, and all together."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from compiler.program.policy_size import policy_size
from compiler.program.resource import Resource
from compiler.source.json_value import Json

Resources: TypeAlias = Mapping[str, Mapping[str, Resource]]
"""CloudFormation type → logical id → resource."""
Measured: TypeAlias = Iterable[tuple[str, int]]
"""Logical id of the resource that takes of a quota → how much; without one, it is all resources together."""
Measure: TypeAlias = Callable[[Resources], Measured]

_GENERATED = 40
"""Characters of a generated name, ``shop-dev-DataStack-1ABCDEFGHIJKL-OrdersTable-1ABCDEFGHIJKL``, or more."""
_STATEMENT = 380
"""Characters of a statement of a function's policy around its source: id, principal, action, function and account."""


def properties(resource: Resource) -> Mapping[str, Json]:
    found: Mapping[str, Json] = resource.body.get("Properties", {})
    return found


def by_type(resources: Mapping[str, Resource]) -> Resources:
    found: dict[str, dict[str, Resource]] = {}
    for logical_id, resource in resources.items():
        found.setdefault(resource.body["Type"], {})[logical_id] = resource
    return found


def of_each(kind: str, size: Callable[[Mapping[str, Json]], int]) -> Measure:
    """What each resource of a type takes by itself."""
    return lambda found: [(name, size(properties(one))) for name, one in found.get(kind, {}).items()]


def document(name: str) -> Callable[[Mapping[str, Json]], int]:
    """Characters of the policy or definition in a property."""
    return lambda about: policy_size(about.get(name, "")) if about.get(name) else 0


def items(name: str) -> Callable[[Mapping[str, Json]], int]:
    """Items of a list."""
    return lambda about: len(about[name]) if isinstance(about.get(name), list) else 0


def owners(kind: str, name: str) -> Callable[[Resources], Mapping[str, list[Resource]]]:
    """What a property refers to, or its text → the resources of the type that do."""

    def grouped(found: Resources) -> Mapping[str, list[Resource]]:
        groups: dict[str, list[Resource]] = {}
        for one in found.get(kind, {}).values():
            groups.setdefault(named(properties(one).get(name)), []).append(one)
        return groups

    return grouped


def named(value: Json) -> str:
    """The logical id that a value refers to, or the value as text; empty without one."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            return name
        case None | "":
            return ""
        case _:
            return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def belonging(kind: str, name: str) -> Measure:
    """How many resources of a type belong to what their property refers to."""
    group = owners(kind, name)
    return lambda found: [(_blamed(owner, ones, found), len(ones)) for owner, ones in group(found).items()]


def _blamed(owner: str, ones: Sequence[Resource], found: Resources) -> str:
    """The owner where the platform has it, else the last one that belongs to it."""
    return owner if any(owner in some for some in found.values()) else ones[-1].logical_id


def group_rules(side: str) -> Measure:
    """Rules of one side of each security group: those in it, and those beside it."""
    kind = f"AWS::EC2::{side}"
    inside = items(side)

    def measure(found: Resources) -> Measured:
        groups = found.get("AWS::EC2::SecurityGroup", {})
        counts = Counter({name: inside(properties(one)) for name, one in groups.items()})
        counts.update({owner: len(ones) for owner, ones in owners(kind, "GroupId")(found).items() if owner in groups})
        return counts.items()

    return measure


def of_balancers(count: Callable[[Sequence[Resource]], int], kind: str) -> Measure:
    """What the listeners of each load balancer take together, of resources that name their listener."""

    def measure(found: Resources) -> Measured:
        listeners = found.get("AWS::ElasticLoadBalancingV2::Listener", {})
        together: dict[str, list[Resource]] = {}
        for owner, ones in owners(kind, "ListenerArn")(found).items():
            balancer = named(properties(listeners[owner]).get("LoadBalancerArn")) if owner in listeners else owner
            together.setdefault(balancer, []).extend(ones)
        return [(_blamed(owner, ones, found), count(ones)) for owner, ones in together.items()]

    return measure


def certificates(ones: Sequence[Resource]) -> int:
    return sum(items("Certificates")(properties(one)) for one in ones)


def target_groups(ones: Sequence[Resource]) -> int:
    return len({json.dumps(group, sort_keys=True) for one in ones for group in _forwarded(properties(one))})


def _forwarded(rule: Mapping[str, Json]) -> Iterator[Json]:
    for action in rule.get("Actions", ()):
        several = action.get("ForwardConfig", {}).get("TargetGroups", ())
        yield from (one for one in (action, *several) if "TargetGroupArn" in one)


def inline(found: Resources) -> Measured:
    """Characters of the policies that stand in each role, and of those put into it: IAM counts them together."""
    sizes: Counter[str] = Counter()
    blamed: dict[str, str] = {}
    for kind in ("AWS::IAM::Role", "AWS::IAM::RolePolicy"):
        for name, one in found.get(kind, {}).items():
            for role, size in one.inline_sizes:
                sizes[role] += size
                blamed[role] = name
    return [(blamed[role], size) for role, size in sizes.items()]


def attached(found: Resources) -> Measured:
    """Managed policies of each role: those that it names, and those that name it."""
    counts: Counter[str] = Counter()
    blamed: dict[str, str] = {}
    for name, one in found.get("AWS::IAM::Role", {}).items():
        own = properties(one).get("ManagedPolicyArns", ())
        counts[name] += len(own) if isinstance(own, list) else 0
        blamed[name] = name
    for name, one in found.get("AWS::IAM::ManagedPolicy", {}).items():
        for role in properties(one).get("Roles", ()):
            counts[named(role)] += 1
            blamed[named(role)] = name
    return [(blamed[role], count) for role, count in counts.items()]


def variables(about: Mapping[str, Json]) -> int:
    """Bytes that variables have at the least: of what is known only after deployment, a generated name."""
    found = about.get("Environment", {}).get("Variables", {})
    texts = (value if isinstance(value, str) else "x" * _GENERATED for value in found.values())
    return sum(len(name) + len(text.encode()) for name, text in zip(found, texts, strict=True))


def function_policies(found: Resources) -> Measured:
    """Characters of the statements that let services run each function."""
    for function, ones in owners("AWS::Lambda::Permission", "FunctionName")(found).items():
        yield (
            _blamed(function, ones, found),
            sum(_STATEMENT + policy_size(properties(one).get("SourceArn", "")) for one in ones),
        )


def fifo_subscriptions(found: Resources) -> Measured:
    topics = found.get("AWS::SNS::Topic", {})
    for topic, ones in owners("AWS::SNS::Subscription", "TopicArn")(found).items():
        if topic in topics and properties(topics[topic]).get("FifoTopic"):
            yield topic, len(ones)


def filtered_subscriptions(found: Resources) -> Measured:
    for topic, ones in owners("AWS::SNS::Subscription", "TopicArn")(found).items():
        yield _blamed(topic, ones, found), sum("FilterPolicy" in properties(one) for one in ones)


def widgets(about: Mapping[str, Json]) -> int:
    return len(_widgets(about))


def graphed(about: Mapping[str, Json]) -> int:
    """Metrics in all graphs of a dashboard."""
    return sum(len(one.get("properties", {}).get("metrics", ())) for one in _widgets(about))


def _widgets(about: Mapping[str, Json]) -> list[Json]:
    match about.get("DashboardBody"):
        case str(text) | {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), _]}:
            pass
        case _:
            return []
    try:
        found: Json = json.loads(text)
    except ValueError:
        return []
    several = found.get("widgets") if isinstance(found, dict) else None
    return [one for one in several if isinstance(one, dict)] if isinstance(several, list) else []


def definition(about: Mapping[str, Json]) -> int:
    """Characters of a state machine's definition, without what is known only after deployment."""
    match about.get("DefinitionString"):
        case str(text) | {"Fn::Sub": str(text)} | {"Fn::Sub": [str(text), _]}:
            return len(text.encode())
        case _:
            return policy_size(about.get("Definition", {}))


_BALANCED = "AWS::ElasticLoadBalancingV2::ListenerRule"
_CERTIFIED = "AWS::ElasticLoadBalancingV2::ListenerCertificate"
_MEASURES: Mapping[str, Measure] = {
    "trust-policy": of_each("AWS::IAM::Role", document("AssumeRolePolicyDocument")),
    "inline-policies": inline,
    "managed-policies": attached,
    "key-policy": of_each("AWS::KMS::Key", document("KeyPolicy")),
    "bucket-policy": of_each("AWS::S3::BucketPolicy", document("PolicyDocument")),
    "function-policy": function_policies,
    "inbound-rules": group_rules("SecurityGroupIngress"),
    "outbound-rules": group_rules("SecurityGroupEgress"),
    "listener-rules": of_balancers(len, _BALANCED),
    "target-groups": of_balancers(target_groups, _BALANCED),
    "certificates": of_balancers(certificates, _CERTIFIED),
    "event-rules": belonging("AWS::Events::Rule", "EventBusName"),
    "event-targets": of_each("AWS::Events::Rule", items("Targets")),
    "fifo-subscriptions": fifo_subscriptions,
    "filtered-subscriptions": filtered_subscriptions,
    "widgets": of_each("AWS::CloudWatch::Dashboard", widgets),
    "metrics": of_each("AWS::CloudWatch::Dashboard", graphed),
    "variables": of_each("AWS::Lambda::Function", variables),
    "task-definition": of_each("AWS::ECS::TaskDefinition", policy_size),
    "state-machine": of_each("AWS::StepFunctions::StateMachine", definition),
}
MEASURES = frozenset(_MEASURES)


def measured(name: str, found: Resources) -> Measured:
    """Logical id of each resource that takes of a quota, empty for all together, and how much.

    `name` is one of `MEASURES`, or a resource type, which is counted.
    """
    return _MEASURES[name](found) if name in _MEASURES else [("", len(found.get(name, ())))]
