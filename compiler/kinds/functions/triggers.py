"""What runs a function: mappings of queues and streams, subscriptions to topics, rules for events, schedules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from troposphere import AWSObject, GetAtt, awslambda, scheduler, sns

from compiler.kinds.functions.bus_rules import bucket_rule, pattern_rule
from compiler.kinds.functions.event_sources import queue_mapping, stream_mapping
from compiler.kinds.functions.runnable import Runnable
from compiler.kinds.functions.trigger import Trigger
from compiler.program.component import Grant, Platform, Value
from compiler.shared.digest import mark
from compiler.shared.json_text import json_text
from compiler.shared.roles import policy, role, trust
from compiler.source.json_value import Json


def triggers(platform: Platform, function: Runnable, found: Sequence[Trigger]) -> Iterator[AWSObject]:
    """The resources of all triggers but of deployments. Their ids follow what they name, not their order."""
    for one in found:
        yield from _trigger(platform, function, one)
    if any(one.schedule for one in found):
        yield _scheduler_role(function)


def _trigger(platform: Platform, function: Runnable, one: Trigger) -> Iterator[AWSObject]:
    if one.queue:
        yield queue_mapping(platform, function, one)
    elif one.stream or one.table:
        yield stream_mapping(platform, function, one)
    elif one.topic:
        yield from _topic(platform, function, one)
    elif one.bucket:
        yield from bucket_rule(platform, function, one)
    elif one.pattern:
        yield from pattern_rule(platform, function, one)
    elif one.schedule:
        yield _schedule(function, one)


def _topic(platform: Platform, function: Runnable, one: Trigger) -> Iterator[AWSObject]:
    logical_id = f"{function.main_id}From{platform.stem(str(one.topic))}"
    topic = _arn(platform, one.topic)
    yield awslambda.Permission(
        f"{logical_id}Permission",
        Action="lambda:InvokeFunction",
        FunctionName=function.run_by,
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    yield sns.SubscriptionResource(
        logical_id,
        TopicArn=topic,
        Protocol="lambda",
        Endpoint=function.arn,
        DependsOn=[f"{logical_id}Permission"],
        **_filter(one),
    )


def _filter(one: Trigger) -> dict[str, Json]:
    scope = {"FilterPolicyScope": "MessageBody"} if one.filter_on == "body" else {}
    return {"FilterPolicy": one.filter, **scope} if one.filter else {}


def _schedule(function: Runnable, one: Trigger) -> scheduler.Schedule:
    zone = {"ScheduleExpressionTimezone": one.timezone} if one.timezone else {}
    event = {"Input": json_text(one.input)} if one.input else {}
    return scheduler.Schedule(
        f"{function.main_id}Schedule{mark(json_text([one.schedule, one.timezone, one.input]))}",
        Description=f"Runs {function.path}",
        ScheduleExpression=one.schedule,
        FlexibleTimeWindow=scheduler.FlexibleTimeWindow(Mode="OFF"),
        State="ENABLED",
        Target=scheduler.Target(Arn=function.arn, RoleArn=GetAtt(_scheduler_role_id(function), "Arn"), **event),
        **zone,
    )


def _scheduler_role(function: Runnable) -> AWSObject:
    invoke = Grant(("lambda:InvokeFunction",), (function.arn,))
    trusted = trust("scheduler.amazonaws.com")
    return role(_scheduler_role_id(function), trusted, [policy("invoke", [("Invoke", invoke)])])


def _scheduler_role_id(function: Runnable) -> str:
    return f"{function.main_id}SchedulerRole"


def _arn(platform: Platform, name: str | None) -> Value:
    return platform.components[str(name)].attributes()["arn"]
