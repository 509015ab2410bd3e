"""Load Balanced Web Service: a service that takes requests from the internet."""

from __future__ import annotations

from deployer.migration.draft import Draft, slug
from deployer.migration.part import Part
from deployer.migration.workloads.counts import count
from deployer.migration.workloads.requests import ingress
from deployer.migration.workloads.tasks import complete, deployment, task

TYPE = "Load Balanced Web Service"


def convert(part: Part, draft: Draft, services: tuple[str, ...]) -> None:
    name = slug(str(part.take("name")))
    settings, uses = task(part, draft, name, services)
    port = part.number("image", "port")
    settings = {"port": 80 if port is None else port, **settings}
    if part.look("http") is False:
        part.take("http")
    elif isinstance(part.look("http"), dict):
        settings["ingress"] = ingress(part.part("http"), draft, name, public=True)
    if part.look("nlb") is not None:
        part.take("nlb")
        told = "the Network Load Balancer is left out"
        draft.lost(part.place("nlb"), told, "take its requests by HTTP, or add it as raw `resources`")
    settings |= {**count(part, draft), "deployment": deployment(part, draft)}
    draft.put("services", name, complete(settings, uses), part.place())
