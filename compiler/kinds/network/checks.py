"""Checks of the network: its range, the zones that have room in it, and a way out for what needs one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.kinds.network.egress_rules import check_egress
from compiler.kinds.network.endpoint_rules import check_policy
from compiler.kinds.network.ranges import PRIVATE, check_further, network_of
from compiler.kinds.network.route_rules import check_routes
from compiler.kinds.network.subnets import zones_that_fit
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.log_buckets import log_bucket
from compiler.shared.ways_out import leads_out
from compiler.source.interpolation import spelled
from compiler.source.json_value import Json

_LARGEST = 16
_ZONES = {"us-east-1": 6, "us-west-2": 4, "ap-northeast-1": 4, "ap-northeast-2": 4, "us-west-1": 2}
"""Zones of the regions that do not have three (AWS global infrastructure: regions and zones)."""
_FOR_TASKS = ("ecr.api", "ecr.dkr", "logs", "s3")
"""What a Fargate task needs to start (ECR user guide, interface VPC endpoints)."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    yield from _range(data)
    yield from _region(data, spec.region)
    yield from _flow_logs(data, spec)
    yield from check_policy(data, spec)
    yield from check_egress(data, spec)
    yield from check_further(data)
    own = (network_of(text, strict=True) for text in (data["cidr"], *data["more_cidrs"]))
    yield from check_routes(data, spec, tuple(one for one in own if one))
    if any("ecs" in one.kind.get("x-needs", {}) for one in spec.components()):
        yield from _egress(data)


def _range(data: Mapping[str, Json]) -> Iterator[Fault]:
    text, zones = data["cidr"], data["zones"]
    vpc = network_of(text, strict=True)
    if not vpc:
        near = network_of(text, strict=False)
        help_text = f"did you mean '{near}'?" if near else "write it as 10.0.0.0/16"
        yield Fault("bad-cidr", f"'{spelled(text)}' is not an IPv4 range", ("cidr",), help_text)
        return
    if not any(vpc.subnet_of(private) for private in PRIVATE):
        spaces = ", ".join(map(str, PRIVATE))
        yield Fault("bad-cidr", f"'{text}' is not private", ("cidr",), f"take a range inside one of: {spaces}")
    elif vpc.prefixlen < _LARGEST:
        message = f"'{text}' is too large: a VPC has at most a /{_LARGEST}"
        yield Fault("bad-cidr", message, ("cidr",), f"{vpc.network_address}/{_LARGEST}")
    elif zones_that_fit(vpc) < zones:
        message = f"'{text}' is too small for {zones} zones: each takes four subnets of at least 16 addresses"
        yield Fault("cidr-too-small", message, ("cidr",), f"take a /{25 if zones == 2 else 24} or larger")


def _region(data: Mapping[str, Json], region: str) -> Iterator[Fault]:
    most = _ZONES.get(region, 3)
    if data["zones"] > most:
        message = f"{region} has {most} zones, not {data['zones']}"
        yield Fault("too-many-zones", message, ("zones",), f"set 'zones: {most}'")


def _egress(data: Mapping[str, Json]) -> Iterator[Fault]:
    missing = [one for one in _FOR_TASKS if one not in data["endpoints"]]
    if missing and not leads_out(data):
        message = f"services can't start without NAT: their tasks do not reach {', '.join(missing)}"
        yield Fault("no-egress", message, ("nat",), f"add to endpoints: {', '.join(missing)}; or set 'nat: single'")


def _flow_logs(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    to = data["flow_logs_to"]
    if to is None:
        return
    if not to["bucket"].startswith("arn:"):
        yield from log_bucket(to["bucket"], ("flow_logs_to", "bucket"), spec)
    if not data["flow_logs"]:
        message = "nothing is sent to the bucket, as 'flow_logs' is off"
        yield Fault("flow-logs-off", message, ("flow_logs_to",), "set 'flow_logs: true', or remove 'flow_logs_to'")
