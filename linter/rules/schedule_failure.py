"""W9719: a run that fails without anybody noticing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.source.document import Path
from compiler.source.json_value import Json
from linter.own.failures import FUNCTION, is_about, keeps_failures
from linter.own.resource import TemplateResource
from linter.own.rule import Flaw, OwnRule
from linter.own.values import missing


class ScheduleFailure(OwnRule):
    id = "W9719"
    shortdesc = "Schedules with a destination for failures"
    description = (
        "A scheduled run that can't be started, because of a permission, a limit or a deleted target, is dropped after "
        "its retries. A dead-letter queue keeps it, and an alarm on that queue tells. Of a function it is enough that "
        "the function keeps the events that it could not handle."
    )
    source_url = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html"
    tags = ("scheduler", "events")
    types = ("AWS::Scheduler::Schedule", "AWS::Events::Rule")
    fix = "set 'DeadLetterConfig' ('undelivered' of a schedule in the spec)"

    def flaws(self, resource: TemplateResource) -> Iterator[Flaw]:
        scheduled = resource.type == "AWS::Scheduler::Schedule" or not missing(resource.get("ScheduleExpression"))
        for path, target in resource.each(*_TARGETS[resource.type]) if scheduled else ():
            if isinstance(target, Mapping) and missing(target.get("DeadLetterConfig")) and not _kept(resource, target):
                yield ("Properties", *path), "the scheduled target has no 'DeadLetterConfig'"


def _kept(schedule: TemplateResource, target: Mapping[str, Json]) -> bool:
    about = (one for one in schedule.others(FUNCTION) if is_about(target.get("Arn"), one))
    return any(keeps_failures(function) for function in about)


_TARGETS: Mapping[str, Path] = {"AWS::Scheduler::Schedule": ("Target",), "AWS::Events::Rule": ("Targets",)}
