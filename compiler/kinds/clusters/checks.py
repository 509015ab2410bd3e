"""Checks of clusters: that pods have somewhere to run, and that settings fit each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.clusters.ranges import check_ranges
from compiler.kinds.clusters.rules import AGENT, DNS, ON_EACH_NODE, SYSTEM, account_of, on_graviton
from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.log_buckets import log_bucket
from compiler.shared.ways_out import leads_out
from compiler.source.json_value import Json

_FOR_NODES = ("ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "s3", "sts")
"""What nodes and pods need to start (Amazon EKS user guide, "Deploy private clusters with limited internet access")."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    yield from _places(data)
    for name, nodes in data["nodes"].items():
        yield from _group(name, nodes)
    yield from _add_ons(data)
    yield from _access(data["access"])
    yield from _egress(spec.at("network").settings)
    yield from check_ranges(data, spec.at("network").settings)
    yield from log_bucket(data["logs_to"], ("logs_to",), spec)
    if data["logs_to"] and not data["load_balancers"]:
        message = "is for access logs of load balancers, and Kubernetes makes none here"
        yield Fault("unused-setting", message, ("logs_to",), "set 'load_balancers: true', or remove it")
    if data["load_balancers"] and spec.at("network").settings["existing"] is not None:
        message = "the subnets of the existing network are not changed: load balancers find them by their tags"
        help_text = (
            "tag public ones with kubernetes.io/role/elb: 1, private ones with kubernetes.io/role/internal-elb: 1"
        )
        yield warning("untagged-subnets", message, ("load_balancers",), help_text)


def _places(data: Mapping[str, Json]) -> Iterator[Fault]:
    """CoreDNS runs as a pod too, and CloudFormation waits until it does."""
    if data["auto"] or any(SYSTEM in one["namespaces"] for one in data["fargate"].values()):
        return
    if not data["nodes"] and not data["fargate"]:
        message = "no pod can run: there are no nodes, no Fargate profiles and no Auto Mode"
        yield Fault("missing-property", message, (), "add 'nodes: {general: {}}', or set 'auto: true'")
    elif not data["nodes"]:
        message = f"{DNS} has nowhere to run: no Fargate profile takes the namespace {SYSTEM}"
        help_text = f"add it to a profile: 'namespaces: {{{SYSTEM}: {{}}}}'"
        yield Fault("missing-property", message, ("fargate",), help_text)
    elif not any(map(_starts, data["nodes"].values())):
        message = f"{DNS} has nowhere to run: each group starts without a node, or with a taint that keeps it away"
        yield Fault("scale-limits", message, ("nodes",), "set 'min: 1' for a group without taints")


def _starts(nodes: Mapping[str, Json]) -> bool:
    """Whether a group has a node for any pod from the start."""
    first = nodes["min"] if nodes["desired"] is None else nodes["desired"]
    return bool(first) and all(taint["effect"] == "PreferNoSchedule" for taint in nodes["taints"].values())


def _egress(network: Mapping[str, Json]) -> Iterator[Fault]:
    missing = [one for one in _FOR_NODES if one not in network["endpoints"]]
    if missing and not leads_out(network):
        message = f"without NAT its nodes and pods do not reach {', '.join(missing)}, and never start"
        help_text = f"add to network.endpoints: {', '.join(missing)}; or set 'nat: single'"
        yield Fault("no-egress", message, (), help_text)


def _group(name: str, nodes: Mapping[str, Json]) -> Iterator[Fault]:
    path, least, most, first = ("nodes", name), nodes["min"], nodes["max"], nodes["desired"]
    if most < least:
        message = f"at most {most} nodes is fewer than at least {least}"
        yield Fault("scale-limits", message, (*path, "max"), f"set 'max: {least}' or more")
    elif first is not None and not least <= first <= most:
        message = f"{first} is not between the fewest nodes, {least}, and the most, {most}"
        yield Fault("scale-limits", message, (*path, "desired"), f"set it to {least} or more, up to {most}")
    if len({on_graviton(one) for one in nodes["instances"]}) > 1:
        message = "has instance types with Graviton and with x86 processors, and a group has one image"
        yield Fault("mixed-processors", message, (*path, "instances"), "make a group of each")


def _add_ons(data: Mapping[str, Json]) -> Iterator[Fault]:
    on_nodes = bool(data["nodes"])
    for name, about in data["addons"].items():
        path, account = ("addons", name), about["service_account"] or account_of(name)
        if about["policies"] and not account:
            message = "has policies and no service account that they are for"
            yield Fault("missing-property", message, path, "set 'service_account'")
        if not on_nodes and name in ON_EACH_NODE:
            message = "runs on nodes of node groups, and there are none"
            yield Fault("unused-setting", message, path, "remove it, or add 'nodes'")
        elif not on_nodes and not data["auto"] and account:
            message = "gets its role from the Pod Identity Agent, which does not run on Fargate"
            yield Fault("no-pod-identity", message, path, "add 'nodes', or set 'auto: true'")
    if data["load_balancers"] and not on_nodes and not data["auto"]:
        message = f"the controller gets its role from {AGENT}, which does not run on Fargate"
        yield Fault("no-pod-identity", message, ("load_balancers",), "add 'nodes', or set 'auto: true'")


def _access(entries: Mapping[str, Json]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for name, entry in entries.items():
        path = ("access", name)
        if not entry["can"] and not entry["groups"]:
            yield Fault("missing-property", "lets its principal do nothing", path, "set 'can' or 'groups'")
        if entry["namespaces"] and not entry["can"]:
            message = "only 'can' is for namespaces, and it is not set"
            yield Fault("unused-setting", message, (*path, "namespaces"), "set 'can: view', or remove it")
        first = seen.setdefault(entry["principal"], name)
        if first != name:
            message = f"'{first}' is for the same principal, and EKS takes one entry of each"
            yield Fault("duplicate-value", message, (*path, "principal"), "put the two together")
