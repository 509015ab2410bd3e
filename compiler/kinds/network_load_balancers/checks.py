"""Checks of a network load balancer: its names, who may connect, and what offers it to others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.network_load_balancers.listener_checks import listener_faults
from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.certificate_regions import certified, served
from compiler.shared.cidr_rules import ranges, ranges_of_ipv6
from compiler.shared.dual_stack import needs_dual_stack
from compiler.shared.log_buckets import log_bucket
from compiler.shared.rule_conditions import listed
from compiler.source.document import Path
from compiler.source.json_value import Json


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    yield from listener_faults(component, spec)
    yield from _certificates(data, spec)
    yield from ranges(data["allow_from"] or (), ("allow_from",))
    yield from ranges_of_ipv6(data["allow_from_ipv6"] or (), ("allow_from_ipv6",))
    yield from _addresses(data, spec)
    yield from _logs(data, spec)
    yield from _users(component, spec)
    yield from _service(component, spec)


def _takes_tls(data: Mapping[str, Json]) -> bool:
    return any(one["protocol"] == "tls" for one in data["listeners"].values())


def _certificates(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    names = listed(data["domain"] or ())
    if data["certificate"]:
        yield from certified(data["certificate"], ("certificate",), spec.region)
    if data["certificate"] and not _takes_tls(data):
        message = "a certificate is for listeners with 'protocol: tls', and there is none"
        yield Fault("unused-setting", message, ("certificate",), "remove it, or set 'protocol: tls'")
    for index, name in enumerate(names):
        if _takes_tls(data) and not (data["certificate"] and index == 0):
            path: Path = ("domain", index) if isinstance(data["domain"], list) else ("domain",)
            yield from served(name, path, spec)
    if _takes_tls(data) and not (data["certificate"] or names):
        word = next(word for word, one in data["listeners"].items() if one["protocol"] == "tls")
        message = "a listener that takes TLS needs a certificate"
        yield Fault("certificate-needed", message, ("listeners", word), "set 'domain' or 'certificate'")


def _addresses(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    if data["static_addresses"] and not data["public"]:
        message = "Elastic IP addresses are those of a load balancer that faces the internet, and this one is internal"
        yield Fault("static-addresses", message, ("static_addresses",), "set 'public: true', or remove it")
    if data["ip_address_type"] == "dualstack":
        yield from needs_dual_stack(("ip_address_type",), spec)
    elif data["allow_from_ipv6"]:
        message = "nobody connects by IPv6 to a load balancer with addresses of IPv4 alone"
        yield Fault("unused-setting", message, ("allow_from_ipv6",), "set 'ip_address_type: dualstack', or remove it")


def _logs(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """Source: Elastic Load Balancing user guide, "Access logs for your Network Load Balancer"."""
    yield from log_bucket(data["logs_to"], ("logs_to",), spec)
    if data["logs_to"] and not _takes_tls(data):
        message = "AWS logs connections of listeners with 'protocol: tls' only, and there is none"
        yield Fault("unused-setting", message, ("logs_to",), "remove it; flow logs of the network have all connections")


def _users(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data, user = component.settings, next(spec.users(component, "connect"), None)
    if user and data["public"]:
        message = f"{user.address} connects to it from the network, where its name leads to addresses of the internet"
        help_text = "use an internal one for that, or leave 'connect' out and connect as others do"
        yield Fault("public-load-balancer", message, ("public",), help_text)
    shut = not (data["public"] or data["allow_from"] or data["allow_from_ipv6"])
    if shut and user is None and data["endpoint_service"] is None:
        message = "nobody may connect to it: it is internal, and has neither users, nor ranges, nor an endpoint service"
        help_text = f"set 'allow_from', or 'uses: {{{component.name}: connect}}' where something connects to it"
        yield warning("nobody-connects", message, (), help_text)


def _service(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    said, data = component.settings["endpoint_service"], component.settings
    if said is None:
        if any(attribute == "service_name" for _, attribute in spec.reads(component)):
            message = f"'${{{component.name}.service_name}}' is read, and there is no endpoint service"
            yield Fault("no-endpoint-service", message, (), "add 'endpoint_service: {}'")
        return
    if said["filter"] and not (data["public"] or data["allow_from"] or data["allow_from_ipv6"]):
        message = "holds connections through endpoints to ranges, and no range may connect"
        yield Fault("nobody-allowed", message, ("endpoint_service", "filter"), "set 'allow_from', or remove 'filter'")
    if not said["acceptance"] and not said["principals"]:
        message = "nobody accepts endpoints by hand, and no other account may make one"
        help_text = "name the accounts in 'principals'; it is for the own account alone otherwise"
        yield warning("own-endpoints", message, ("endpoint_service",), help_text)
    if spec.region in said["regions"]:
        message = f"{spec.region} is the service's own region"
        yield Fault("duplicate-value", message, ("endpoint_service", "regions"), "remove it from 'regions'")
