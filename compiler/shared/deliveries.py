"""EventBridge's ways into queues and topics, as statements of their own policies."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from awacs.aws import Action, Allow, ArnEquals, ArnLike, Condition, Principal, Statement, StringEquals
from troposphere import GetAtt, Ref, Sub

from compiler.language.names import pascal
from compiler.meaning.edges import Edge
from compiler.program.component import Component, Platform, Value
from compiler.shared.digest import mark

SERVICE = "events.amazonaws.com"
MOST_TARGETS = 5
"""Of one rule. EventBridge quotas, "Targets per rule"."""


def rule_id(bus: Component, rule: str) -> str:
    """Logical id of a rule that a bus has."""
    return f"{bus.stem}Rule{pascal(rule)}"


def sent_by(platform: Platform, bus: Component, rule: str, targets: Collection[str]) -> dict[str, str]:
    """Address of each target → logical id of the rule that sends events to it.

    The first five by their names share the rule. Each further one has a rule with the same pattern for itself, so that
    one more target, or one less, moves one other at most.
    """
    own = rule_id(bus, rule)
    return {
        target: own if number < MOST_TARGETS else f"{own}To{platform.stem(target)}{mark(f'{rule} {target}')}"
        for number, target in enumerate(sorted(targets))
    }


def delivers(platform: Platform, component: Component) -> bool:
    """Whether EventBridge sends anything to `component`, so that it must use the key that encrypts it."""
    return any(platform.edges_to(component, verb) for verb in ("receive", "undelivered"))


def delivery_statements(platform: Platform, component: Component, action: str, resource: Value) -> Iterable[Statement]:
    """`action` for each rule that names the component, and for all of this account where it takes what they could not
    deliver: a rule that runs a function is in a stack after the queue's.

    Source: EventBridge user guide, "Using resource-based policies" and "Using dead-letter queues".
    """
    for edge in sorted(platform.edges_to(component, "receive"), key=lambda edge: edge.path):
        rule = _rule_of(platform, edge)
        exact = ArnEquals({"aws:SourceArn": GetAtt(rule, "Arn")})
        yield _allow(f"From{rule}", action, resource, Condition(exact))
    if platform.edges_to(component, "undelivered"):
        sources = Sub("arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:*")
        account = StringEquals({"aws:SourceAccount": Ref("AWS::AccountId")})
        yield _allow("UndeliveredEvents", action, resource, Condition([account, ArnLike({"aws:SourceArn": sources})]))


def _rule_of(platform: Platform, edge: Edge) -> str:
    """The edge is written at ``buses.<bus>.rules.<rule>.to``; the bus goes by its old name when it was renamed."""
    name = str(edge.path[3])
    to = platform.spec.at(edge.source).settings["rules"][name]["to"]
    targets = (to,) if isinstance(to, str) else to
    return sent_by(platform, platform.components[edge.source], name, targets)[edge.target]


def _allow(sid: str, action: str, resource: Value, condition: Condition) -> Statement:
    return Statement(
        Sid=sid,
        Effect=Allow,
        Principal=Principal("Service", SERVICE),
        Action=[Action(*action.split(":"))],
        Resource=[resource],
        Condition=condition,
    )
