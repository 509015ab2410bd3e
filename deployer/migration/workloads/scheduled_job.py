"""Scheduled Job: a task that runs at times."""

from __future__ import annotations

from deployer.migration.draft import Draft, slug
from deployer.migration.part import Part
from deployer.migration.times import expression
from deployer.migration.workloads.tasks import complete, task

TYPE = "Scheduled Job"


def convert(part: Part, draft: Draft, services: tuple[str, ...]) -> None:
    name = slug(str(part.take("name")))
    settings, uses = task(part, draft, name, services)
    schedule = part.text("on", "schedule")
    when = expression(schedule) if schedule else None
    if when is None and schedule not in (None, "none"):
        told = f"the schedule '{schedule}' is none of EventBridge's"
        draft.lost(part.place("on", "schedule"), told, "add a component of `schedules` with rate(…) or cron(…)")
    for key in ("retries", "timeout"):
        if part.look(key) is not None:
            part.take(key)
            told = f"'{key}' is left out: a schedule starts the task once, and nobody watches it"
            help_text = "start the job from a component of `workflows`, with Retry and TimeoutSeconds"
            draft.lost(part.place(key), told, help_text)
    draft.put("jobs", name, complete(settings, uses), part.place())
    if when:
        waiting = slug(f"{name}-not-started")
        draft.put("queues", waiting, {}, part.place("on"))
        draft.put("schedules", name, {"when": when, "to": f"jobs.{name}", "undelivered": waiting}, part.place("on"))
