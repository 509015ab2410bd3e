"""ECS tasks that run to their end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, GetAtt, Join, Ref, scheduler

from compiler.kinds.jobs.deploy_step import deployed, steps
from compiler.kinds.jobs.task_pipe import Feed, pipe_log_group_id, task_pipe
from compiler.program.component import Capability, Output, Platform, Value
from compiler.shared.cluster import CLUSTER_ARN, CLUSTER_ID
from compiler.shared.deploy_steps import BEFORE, step_id
from compiler.shared.event_rules import Event, Started, event_rules
from compiler.shared.run_task import (
    RunTask,
    named_start_grants,
    rule_address,
    scheduler_role,
    start_grants,
)
from compiler.shared.subnets import running_subnets
from compiler.source.document import Path
from compiler.source.frozen import frozen
from compiler.source.json_value import Json


@frozen(kw_only=True)
class Job(RunTask):
    """A task that is started by a schedule, a queue's messages, events, deployments, or whoever uses it."""

    schedule: str | None
    timezone: str | None
    queue: str | None
    queue_variable: str
    events: tuple[Event, ...]
    deploy: Json
    """``before`` or ``after``, or a map of ``when`` and ``with``."""

    @property
    def main_id(self) -> str:
        return self.task_definition_id

    def own_variables(self) -> Mapping[str, Path]:
        return {self.queue_variable: ("queue_variable",)} if self.queue else {}

    @property
    def first_id(self) -> str | None:
        found = deployed(self.deploy)
        return step_id(self.stem) if found and found.when == BEFORE else None

    @property
    def _scheduler_role_id(self) -> str:
        return f"{self.stem}SchedulerRole"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        yield from self.task_resources(platform)
        if self.schedule:
            yield scheduler_role(self, self._scheduler_role_id)
            yield from self._schedule(platform)
        if self.queue:
            feed = Feed(self.queue, self.queue_variable, self.spot)
            yield from task_pipe(platform, self, feed, self.ready(platform))
        at_deployments = deployed(self.deploy)
        if at_deployments:
            yield from steps(platform, self, at_deployments)
        address = rule_address(platform, self, self.spot) if self.events else {}
        start = Started(address, named_start_grants(self), self.ready(platform))
        yield from event_rules(platform, self, self.events, start)

    def _schedule(self, platform: Platform) -> Iterator[AWSObject]:
        zone = {"ScheduleExpressionTimezone": self.timezone} if self.timezone else {}
        after = self.ready(platform)
        yield scheduler.Schedule(
            f"{self.stem}Schedule",
            Description=f"Starts {self.path}",
            ScheduleExpression=self.schedule,
            FlexibleTimeWindow=scheduler.FlexibleTimeWindow(Mode="OFF"),
            State="ENABLED",
            Target=scheduler.Target(
                Arn=CLUSTER_ARN,
                RoleArn=GetAtt(self._scheduler_role_id, "Arn"),
                EcsParameters=self.scheduled_task(platform),
            ),
            **zone,
            **({"DependsOn": after} if after else {}),
        )

    def offers(self, platform: Platform) -> Mapping[str, Capability]:
        grants = start_grants(self)
        variables: Mapping[str, Value] = {
            "TASK_DEFINITION": Ref(self.task_definition_id),
            "CLUSTER": Ref(CLUSTER_ID),
            "SUBNETS": Join(",", running_subnets(platform)),
            "SECURITY_GROUP": Ref(self.security_group_id),
        }
        groups = (self.log_group_id, *((pipe_log_group_id(self),) if self.queue else ()))
        return {
            "start": Capability(grants, environment=variables),
            "scheduled": Capability(grants),
            "logs": Capability(log_groups=groups),
        }

    def attributes(self) -> Mapping[str, Value]:
        return {
            "task_definition": Ref(self.task_definition_id),
            "log_group": Ref(self.log_group_id),
            "role_arn": GetAtt(self.role_id, "Arn"),
            "security_group": Ref(self.security_group_id),
        }

    def outputs(self, platform: Platform) -> Iterable[Output]:
        about = f"ARN of the task definition of the job {self.name}"
        yield Output(f"{self.stem}TaskDefinitionArn", Ref(self.task_definition_id), about)


KIND = Job
