"""What has to be there so that only a cdn reaches the internet-facing load balancer."""

from __future__ import annotations

from collections.abc import Iterator

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.ingress import outside
from compiler.shared.vpc_origins import prefix_list


def cdn_only_faults(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """That there is a cdn, and that CloudFront's addresses are known."""
    data = component.settings
    if not data["cdn_only"]:
        return
    path = ("cdn_only",)
    if not any(outside(one.settings) for one in _behind_cdns(spec)):
        message = "no cdn sends requests to a service whose ingress is public, so that nobody would reach one"
        yield Fault("cdn-only", message, path, "name such a service in the 'paths' of a cdn")
    elif not prefix_list(spec):
        message = f"the prefix list of CloudFront in {spec.region} is not known, so that it can't be let in"
        yield Fault("cdn-only", message, path, "set 'cloudfront_prefix_list' to its id, pl-…")
    if data["ip_address_type"] not in ("ipv4", "dualstack"):
        message = "CloudFront comes by IPv4, and the load balancer would have no such address"
        yield Fault("cdn-only", message, ("ip_address_type",), "set it to dualstack")
    for key, anyone in (("allow_from", ["0.0.0.0/0"]), ("allow_from_ipv6", None)):
        if data[key] != anyone:
            message = "the security group lets in CloudFront alone, so that no other range has an effect"
            yield Fault("unused-setting", message, (key,), "remove it, or 'cdn_only'")


def _behind_cdns(spec: ResolvedSpec) -> Iterator[ResolvedComponent]:
    """Components that a cdn's settings name as an origin: those of every kind that logs as a distribution."""
    for cdn in (one for one in spec.components() if one.kind.get("x-logs-as") == "distribution"):
        named = list((cdn.settings["paths"] or {}).values())
        named += [said["failover"]["to"] for said in cdn.settings["behaviors"].values() if said["failover"]]
        yield from (found for name in named if (found := spec.offering(name, "origin")))
