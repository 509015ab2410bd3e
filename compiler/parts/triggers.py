"""What runs a function: event source mappings of queues, subscriptions to topics, schedules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from troposphere import AWSObject, GetAtt, Ref, awslambda, scheduler, sns

from compiler.component import Component, Grant, Platform, Value
from compiler.glue import waits
from compiler.json_value import Json
from compiler.names import pascal
from compiler.parts.digest import mark
from compiler.parts.lambda_properties import QueueScaling
from compiler.parts.roles import policy, role, trust


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trigger:
    """One of a queue, a topic or a schedule, with the settings that belong to it."""

    queue: str | None
    batch: int | None
    window_seconds: int | None
    max_concurrency: int | None
    topic: str | None
    filter: Mapping[str, Json] | None
    schedule: str | None
    timezone: str | None
    input: Mapping[str, Json] | None


def triggers(platform: Platform, function: Component, found: Sequence[Trigger]) -> Iterator[AWSObject]:
    """The resources of all triggers. Their ids follow what they name, so that their order says nothing."""
    for one in found:
        if one.queue:
            yield _queue(platform, function, one)
        elif one.topic:
            yield from _topic(platform, function, one)
        else:
            yield _schedule(function, one)
    if any(one.schedule for one in found):
        yield _scheduler_role(function)


def _queue(platform: Platform, function: Component, one: Trigger) -> awslambda.EventSourceMapping:
    options: dict[str, Json] = {"BatchSize": one.batch} if one.batch else {}
    if one.window_seconds:
        options["MaximumBatchingWindowInSeconds"] = one.window_seconds
    if one.max_concurrency:
        options["ScalingConfig"] = QueueScaling(MaximumConcurrency=one.max_concurrency)
    if one.filter:
        pattern = awslambda.Filter(Pattern=_compact(one.filter))
        options["FilterCriteria"] = awslambda.FilterCriteria(Filters=[pattern])
    return awslambda.EventSourceMapping(
        f"{function.main_id}From{pascal(str(one.queue))}",
        FunctionName=Ref(function.main_id),
        EventSourceArn=_arn(platform, one.queue),
        FunctionResponseTypes=["ReportBatchItemFailures"],
        # AWS refuses a mapping whose function may not read the queue yet
        DependsOn=waits(platform, function),
        **options,
    )


def _topic(platform: Platform, function: Component, one: Trigger) -> Iterator[AWSObject]:
    logical_id = f"{function.main_id}From{pascal(str(one.topic))}"
    topic = _arn(platform, one.topic)
    yield awslambda.Permission(
        f"{logical_id}Permission",
        Action="lambda:InvokeFunction",
        FunctionName=Ref(function.main_id),
        Principal="sns.amazonaws.com",
        SourceArn=topic,
    )
    yield sns.SubscriptionResource(
        logical_id,
        TopicArn=topic,
        Protocol="lambda",
        Endpoint=GetAtt(function.main_id, "Arn"),
        DependsOn=[f"{logical_id}Permission"],
        **({"FilterPolicy": one.filter} if one.filter else {}),
    )


def _schedule(function: Component, one: Trigger) -> scheduler.Schedule:
    zone = {"ScheduleExpressionTimezone": one.timezone} if one.timezone else {}
    event = {"Input": _compact(one.input)} if one.input else {}
    return scheduler.Schedule(
        f"{function.main_id}Schedule{mark(_compact([one.schedule, one.timezone, one.input]))}",
        Description=f"Runs {function.path}",
        ScheduleExpression=one.schedule,
        FlexibleTimeWindow=scheduler.FlexibleTimeWindow(Mode="OFF"),
        State="ENABLED",
        Target=scheduler.Target(
            Arn=GetAtt(function.main_id, "Arn"), RoleArn=GetAtt(_scheduler_role_id(function), "Arn"), **event
        ),
        **zone,
    )


def _scheduler_role(function: Component) -> AWSObject:
    invoke = Grant(("lambda:InvokeFunction",), (GetAtt(function.main_id, "Arn"),))
    trusted = trust("scheduler.amazonaws.com")
    return role(_scheduler_role_id(function), trusted, [policy("invoke", [("Invoke", invoke)])])


def _scheduler_role_id(function: Component) -> str:
    return f"{function.main_id}SchedulerRole"


def _arn(platform: Platform, name: str | None) -> Value:
    return platform.components[str(name)].attributes()["arn"]


def _compact(value: Json) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
