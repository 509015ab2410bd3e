"""What the manifests of all services and jobs on Fargate have alike."""

from __future__ import annotations

from compiler.source.json_value import Json
from deployer.migration.draft import Draft, slug
from deployer.migration.part import Part
from deployer.migration.workloads.containers import container, sidecars
from deployer.migration.workloads.counts import size
from deployer.migration.workloads.messages import published, topics
from deployer.migration.workloads.storage import storage
from deployer.migration.workloads.variables import called, given

_DAYS = 30
"""Days that Copilot keeps logs of a service whose manifest does not say."""


def task(part: Part, draft: Draft, name: str, services: tuple[str, ...]) -> tuple[dict[str, Json], dict[str, Json]]:
    """The settings of a service or job, and what it uses."""
    uses: dict[str, Json] = {}
    settings = container(part, draft, name, uses)
    kept = {key: value for key, value in storage(part, draft, name, uses).items() if value is not None}
    settings |= {**size(part, draft), **kept}
    own = settings["environment"]
    settings["environment"] = {**given(name), **published(topics(part, draft, name), uses), **own}
    settings["sidecars"] = sidecars(part, draft, name, uses)
    uses |= {f"services.{slug(other)}": "call" for other in called(own, services, name)}
    settings |= {"logs": _logs(part, draft), "tracing": _tracing(part, draft), "exec": part.flag("exec") or None}
    _network(part, draft)
    _overrides(part, draft)
    return settings, uses


def deployment(part: Part, draft: Draft) -> dict[str, Json] | None:
    """`recreate` never runs an old task beside a new one."""
    if part.look("deployment", "rollback_alarms") is not None:
        part.take("deployment", "rollback_alarms")
        told = "alarms that roll a deployment back are left out; one whose tasks fail is rolled back by itself"
        help_text = "the platform has alarms of each service: `monitoring` says who hears of them"
        draft.lost(part.place("deployment", "rollback_alarms"), told, help_text)
    rolling = part.text("deployment", "rolling")
    return {"minimum_percent": 0, "maximum_percent": 100} if rolling == "recreate" else None


def complete(settings: dict[str, Json], uses: dict[str, Json]) -> dict[str, Json]:
    return {**settings, "uses": dict(sorted(uses.items())) or None}


def _logs(part: Part, draft: Draft) -> dict[str, Json]:
    days = part.number("logging", "retention")
    for key in part.names("logging"):
        if key != "retention":
            part.take("logging", key)
            told = f"the log router ('logging.{key}') is left out: logs go to CloudWatch"
            draft.lost(part.place("logging", key), told, "add the router as a sidecar, or subscribe to the log group")
    return {"days": days or _DAYS}


def _tracing(part: Part, draft: Draft) -> dict[str, Json] | None:
    return {} if part.text("observability", "tracing") else None


def _network(part: Part, draft: Draft) -> None:
    network = part.part("network")
    placement = network.look("vpc", "placement")
    if isinstance(placement, str):
        network.take("vpc", "placement")
        if placement == "public":
            told = "tasks run in private subnets, and reach the internet through NAT"
            draft.changed(network.place("vpc", "placement"), told, "`network.nat` says how many NAT gateways there are")
    elif placement is not None:
        network.take("vpc", "placement")
        told = "subnets of one service are not part of a spec: tasks run in the private ones"
        draft.lost(network.place("vpc", "placement"), told, "set `network.existing.private`")
    if network.look("vpc", "security_groups") is not None:
        network.take("vpc", "security_groups")
        told = "further security groups of a task are left out: `uses` opens the ports"
        draft.lost(network.place("vpc", "security_groups"), told, "use the component behind them, or patch the service")
    if network.take("connect"):
        told = "Service Connect is left out: a service is called by its name in the network"
        draft.changed(
            network.place("connect"), told, "add `uses: {…: call}` to callers, which get its URL as a variable"
        )


def _overrides(part: Part, draft: Draft) -> None:
    for row in part.rows("taskdef_overrides"):
        path = row.text("path")
        row.take()
        told = f"the override '{path}' of the task definition can't be said"
        help_text = "look for a setting of the service (`stackwright explain services`), or patch it with `overrides`"
        draft.lost(row.place(), told, help_text)
