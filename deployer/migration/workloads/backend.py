"""Backend Service: a service that other services call, or an internal load balancer."""

from __future__ import annotations

from deployer.migration.draft import Draft, slug
from deployer.migration.part import Part
from deployer.migration.workloads.counts import count
from deployer.migration.workloads.requests import ingress
from deployer.migration.workloads.tasks import complete, deployment, task

TYPE = "Backend Service"


def convert(part: Part, draft: Draft, services: tuple[str, ...]) -> None:
    name = slug(str(part.take("name")))
    settings, uses = task(part, draft, name, services)
    settings = {"port": part.number("image", "port"), **settings}
    if isinstance(part.look("http"), dict):
        settings["ingress"] = ingress(part.part("http"), draft, name, public=False)
    settings |= {**count(part, draft), "deployment": deployment(part, draft)}
    draft.put("services", name, complete(settings, uses), part.place())
