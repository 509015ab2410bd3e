"""EventBridge rules that start a job or a workflow, each with the role of its component that may do just that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from troposphere import AWSObject, GetAtt, events

from compiler.program.component import Component, Grant, Platform
from compiler.shared.deliveries import SERVICE
from compiler.shared.digest import mark
from compiler.shared.event_shape import Shape
from compiler.shared.json_text import json_text
from compiler.shared.roles import policy, role, trust
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class Event(Shape):
    """One entry of the setting ``events``."""

    pattern: Mapping[str, Json]
    bus: str | None
    undelivered: str | None


@frozen()
class Started:
    """What the events start: a target's own properties, what that takes, and what has to be there before."""

    address: Mapping[str, Json]
    grants: Sequence[tuple[str, Grant]]
    after: Sequence[str]


def event_rules(
    platform: Platform, component: Component, found: Sequence[Event], start: Started
) -> Iterator[AWSObject]:
    """A rule for each event, named after its pattern, so that the order of events says nothing."""
    if found:
        yield role(_role_id(component), trust(SERVICE), [policy("start", start.grants)])
    for one in found:
        yield _rule(platform, component, one, start)


def _role_id(component: Component) -> str:
    return f"{component.stem}EventsRole"


def _rule(platform: Platform, component: Component, one: Event, start: Started) -> events.Rule:
    bus = {"EventBusName": platform.components[one.bus].attributes()["name"]} if one.bus else {}
    where = platform.stem(one.bus) if one.bus else "DefaultBus"
    lost: dict[str, Json] = {}
    if one.undelivered:
        queue = platform.components[one.undelivered].attributes()["arn"]
        lost["DeadLetterConfig"] = events.DeadLetterConfig(Arn=queue)
    return events.Rule(
        f"{component.stem}From{where}{mark(json_text(one.pattern))}",
        Description=f"Starts {component.path}",
        EventPattern=dict(one.pattern),
        State="ENABLED",
        Targets=[
            events.Target(
                Id=component.name,
                RoleArn=GetAtt(_role_id(component), "Arn"),
                **start.address,
                **one.shaped(),
                **lost,
            )
        ],
        **bus,
        **({"DependsOn": list(start.after)} if start.after else {}),
    )
