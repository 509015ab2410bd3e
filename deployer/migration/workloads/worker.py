"""Worker Service: a service that works on the messages of its queue."""

from __future__ import annotations

from deployer.migration.draft import Draft, slug
from deployer.migration.part import Part
from deployer.migration.workloads.counts import count
from deployer.migration.workloads.messages import subscriptions
from deployer.migration.workloads.tasks import complete, deployment, task

TYPE = "Worker Service"


def convert(part: Part, draft: Draft, services: tuple[str, ...]) -> None:
    name = slug(str(part.take("name")))
    settings, uses = task(part, draft, name, services)
    settings["environment"] = {**subscriptions(part, draft, name, uses), **settings["environment"]}
    settings |= {**count(part, draft, slug(f"{name}-events")), "deployment": deployment(part, draft)}
    draft.put("services", name, complete(settings, uses), part.place())
