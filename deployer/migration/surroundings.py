"""The manifest of an environment: its network, its load balancers, its cdn."""

from __future__ import annotations

from compiler.source.diagnostics import Place
from compiler.source.json_value import Json
from deployer.migration.draft import Draft
from deployer.migration.part import Part

_RANGE = "10.0.0.0/16"
_ZONES = 2
"""What Copilot's network has by itself."""
_FLOW_DAYS = 14
_LOGS = "access-logs"
_MODERN = "ELBSecurityPolicy-TLS13-1-2"


def usual_network(draft: Draft, place: Place) -> None:
    """The network of an environment whose manifest says nothing of it."""
    draft.alone("network", {"cidr": _RANGE, "zones": _ZONES}, place)


def convert(part: Part, draft: Draft) -> None:
    part.take("name")
    part.take("type")
    vpc = part.part("network", "vpc")
    if vpc.look("id") is not None:
        _existing(vpc, draft)
    else:
        _made(vpc, draft)
    if vpc.look("security_group") is not None:
        vpc.take("security_group")
        told = "rules of a security group of the environment are left out: `uses` opens the ports between components"
        draft.lost(vpc.place("security_group"), told, "add `uses` where components call each other")
    _load_balancer(part.part("http", "public"), draft)
    _internal(part, draft)
    _cdn(part, draft)
    insights = part.flag("observability", "container_insights")
    words = {"container_insights": "enabled" if insights else "disabled"}
    draft.alone("ecs", {} if insights is None else words, part.place("observability"))


def _existing(vpc: Part, draft: Draft) -> None:
    """A VPC that exists; its other data stores lie in the private subnets."""
    place = vpc.place("id")
    found: dict[str, Json] = {"vpc": vpc.text("id")}
    for tier in ("public", "private"):
        ids = [text for row in vpc.rows("subnets", tier) if (text := row.text("id"))]
        found[tier] = ids or None
    vpc.take("subnets")
    draft.sections.pop("network", None)
    draft.alone("network", {"existing": {key: value for key, value in found.items() if value}}, place)
    if not found["private"]:
        told = "a spec runs tasks in private subnets of the network, and the manifest names none"
        draft.lost(place, told, "set `network.existing.private`, or run `stackwright lookup`")
    vpc.take("flow_logs")


def _made(vpc: Part, draft: Draft) -> None:
    zones = max(len(vpc.rows("subnets", tier)) for tier in ("public", "private"))
    if zones:
        told = "the ranges of the subnets are those that the spec computes from the network's"
        draft.changed(vpc.place("subnets"), told, "check that nothing outside depends on the ranges")
        vpc.take("subnets")
    settings: dict[str, Json] = {"cidr": vpc.text("cidr") or _RANGE, "zones": min(zones, 4) or _ZONES}
    if isinstance(vpc.look("flow_logs"), dict):
        settings |= {"flow_logs": True, "logs": {"days": vpc.number("flow_logs", "retention") or _FLOW_DAYS}}
    elif vpc.look("flow_logs") is not None:
        settings["flow_logs"] = vpc.flag("flow_logs")
    draft.alone("network", settings, vpc.place())


def _load_balancer(public: Part, draft: Draft) -> None:
    certificates = public.texts("certificates")
    settings: dict[str, Json] = {"certificate": certificates[0] if certificates else None}
    settings["certificates"] = certificates[1:] or None
    policy = public.text("ssl_policy")
    if policy and policy.startswith(_MODERN):
        settings["ssl_policy"] = policy
    elif policy:
        told = f"the policy {policy} allows what a load balancer of a spec does not take"
        draft.lost(public.place("ssl_policy"), told, "see `stackwright explain load_balancer.ssl_policy`")
    settings["allow_from"] = public.texts("ingress", "source_ips") or None
    if public.look("ingress", "cdn") is not None:
        public.take("ingress", "cdn")
        told = "only a service without an alias is behind the cdn"
        draft.changed(public.place("ingress", "cdn"), told, "set `ingress.public: false`, and a path of the cdn")
    if public.look("access_logs"):
        _access_logs(public, draft, settings)
    draft.certified |= bool(certificates)
    if any(value is not None for value in settings.values()):
        draft.alone("load_balancer", settings, public.place())


def _access_logs(public: Part, draft: Draft, settings: dict[str, Json]) -> None:
    public.take("access_logs")
    place = public.place("access_logs")
    bucket = public.look("access_logs", "bucket_name") if isinstance(public.look("access_logs"), dict) else None
    if bucket:
        told = f"access logs go to a bucket of the platform, not to '{bucket}'"
        draft.changed(place, told, "move readers of the logs to the new bucket")
    draft.put("buckets", _LOGS, {"receives_logs": True}, place)
    settings["logs_to"] = _LOGS


def _internal(part: Part, draft: Draft) -> None:
    for key in part.names("http", "private"):
        part.take("http", "private", key)
        told = f"'http.private.{key}' is left out: the internal load balancer takes requests from the network"
        help_text = "set `load_balancer.internal_domain` for HTTPS, and `uses` or the cdn for who may call"
        draft.lost(part.place("http", "private", key), told, help_text)


def _cdn(part: Part, draft: Draft) -> None:
    found = part.take("cdn")
    for key in found if isinstance(found, dict) else ():
        told = f"'cdn.{key}' is left out: only services without an alias are behind the cdn"
        help_text = "set `domain` or `certificate` of the cdn, and `paths` for what a bucket serves"
        draft.lost(part.place("cdn", key), told, help_text)
