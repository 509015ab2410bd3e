"""EventBridge schedules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from troposphere import AWSObject, GetAtt, Ref, scheduler

from compiler.program.component import Component, Platform, Value
from compiler.program.glue import waits
from compiler.shared.cluster import CLUSTER_ARN
from compiler.shared.json_text import json_text
from compiler.shared.roles import role, trust
from compiler.shared.run_task import RunTask
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class Schedule(Component):
    """A schedule with a role that may do nothing but what the schedule is for."""

    when: str
    to: str
    timezone: str | None
    input: Json
    start: str | None
    end: str | None
    window_minutes: int | None
    enabled: bool
    retries: int | None
    max_age_seconds: int | None
    undelivered: str | None

    @property
    def role_id(self) -> str:
        return f"{self.main_id}Role"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield role(self.role_id, trust("scheduler.amazonaws.com"))
        yield scheduler.Schedule(
            self.main_id,
            Description=f"{self.path}: to {self.to}",
            ScheduleExpression=self.when,
            FlexibleTimeWindow=self._window(),
            State="ENABLED" if self.enabled else "DISABLED",
            Target=self._target(platform),
            DependsOn=self._after(platform),
            **self._limits(),
        )

    def _window(self) -> scheduler.FlexibleTimeWindow:
        if self.window_minutes:
            return scheduler.FlexibleTimeWindow(Mode="FLEXIBLE", MaximumWindowInMinutes=self.window_minutes)
        return scheduler.FlexibleTimeWindow(Mode="OFF")

    def _limits(self) -> dict[str, str]:
        said = {"ScheduleExpressionTimezone": self.timezone, "StartDate": self.start, "EndDate": self.end}
        return {key: value for key, value in said.items() if value}

    def _target(self, platform: Platform) -> scheduler.Target:
        found: dict[str, Json] = {}
        if self.input is not None:
            found["Input"] = self.input if isinstance(self.input, str) else json_text(self.input)
        limits = {"MaximumRetryAttempts": self.retries, "MaximumEventAgeInSeconds": self.max_age_seconds}
        said = {key: value for key, value in limits.items() if value is not None}
        if said:
            found["RetryPolicy"] = scheduler.RetryPolicy(**said)
        if self.undelivered:
            queue = platform.components[self.undelivered].attributes()["arn"]
            found["DeadLetterConfig"] = scheduler.DeadLetterConfig(Arn=queue)
        return scheduler.Target(RoleArn=GetAtt(self.role_id, "Arn"), **found, **self._address(platform))

    def _address(self, platform: Platform) -> dict[str, Json]:
        target = platform.components[self.to]
        if isinstance(target, RunTask):
            return {"Arn": CLUSTER_ARN, "EcsParameters": target.scheduled_task(platform)}
        return {"Arn": target.attributes()["arn"]}

    def _after(self, platform: Platform) -> list[str]:
        target = platform.components[self.to]
        return [*waits(platform, self), *(target.ready(platform) if isinstance(target, RunTask) else ())]

    def attributes(self) -> Mapping[str, Value]:
        return {"arn": GetAtt(self.main_id, "Arn"), "name": Ref(self.main_id)}


KIND = Schedule
