"""Request-Driven Web Service: a service of App Runner, which becomes one of ECS."""

from __future__ import annotations

from compiler.source.json_value import Json
from deployer.migration.draft import Draft, slug
from deployer.migration.part import Part
from deployer.migration.workloads.requests import ingress
from deployer.migration.workloads.tasks import complete, task

TYPE = "Request-Driven Web Service"
_SIZE = {"cpu": 1024, "memory": 2048}
"""Defaults of App Runner, by the documentation of the manifest."""


def convert(part: Part, draft: Draft, services: tuple[str, ...]) -> None:
    name = slug(str(part.take("name")))
    settings, uses = task(part, draft, name, services)
    told = "App Runner becomes a service of ECS, which does not pause without requests"
    draft.changed(part.place("type"), told, "set `scale` to the tasks that run")
    port = part.number("image", "port")
    settings = {"port": 80 if port is None else port, **settings}
    settings |= {key: settings[key] or usual for key, usual in _SIZE.items()}
    http = part.part("http")
    private = http.take("private")
    http.take("private", "endpoint")
    public = not private
    settings["ingress"] = ingress(http, draft, name, public)
    settings["scale"] = _scale(part, draft)
    draft.put("services", name, complete(settings, uses), part.place())


def _scale(part: Part, draft: Draft) -> dict[str, Json]:
    """App Runner has one to twenty-five instances, by a configuration that has a name alone."""
    if part.look("count") is not None:
        told = f"the configuration '{part.text('count')}' of App Runner's scaling has no counterpart"
        draft.lost(part.place("count"), told, "set `scale.min`, `scale.max` and `scale.requests`")
    return {"min": 1, "max": 25}
