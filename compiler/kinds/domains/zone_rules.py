"""What a zone that is made can be: private, or delegated to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.source.document import Path
from compiler.source.json_value import Json

_DNS = ("EnableDnsSupport", "EnableDnsHostnames")
"""What a VPC needs for private zones (Route 53 developer guide, "Considerations when working with a private zone")."""


def zone_faults(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of the settings of a zone beside the choice between a new and an existing one."""
    data, zone = component.settings, component.settings["zone"]
    for word in (word for word in ("private", "delegated_in") if zone[word] and not zone["create"]):
        message = f"an existing zone is not made here, so '{word}' has no effect"
        yield Fault("unused-setting", message, ("zone", word), "remove it, or set 'create: true' instead of 'id'")
    if zone["vpcs"] and not zone["private"]:
        message = "everybody resolves the names of a public zone"
        yield Fault("unused-setting", message, ("zone", "vpcs"), "set 'private: true', or remove it")
    if zone["private"]:
        yield from _private(data)
        yield from _twice(component, spec)
        yield from _network(spec)


def _private(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["zone"]["delegated_in"]:
        message = "a private zone is not delegated to: it has no name servers on the internet"
        yield Fault("private-zone", message, ("zone", "delegated_in"), "remove it")
    if data["certificate"] is not None:
        message = "ACM asks the public DNS, where the validation records of a private zone are not"
        help_text = "remove it; a certificate comes from a domain with a public zone"
        yield Fault("private-zone", message, ("certificate",), help_text)
    for check, path in _asking(data):
        if f".{check['host'] or data['domain']}".endswith(f".{data['domain']}"):
            message = f"Route 53 asks from the internet, where the names of {data['domain']} are not known"
            help_text = "name a public 'host', or follow a CloudWatch alarm in 'health_checks' with 'type: alarm'"
            yield Fault("health-check-private", message, path, help_text)


def _asking(data: Mapping[str, Json]) -> Iterator[tuple[Mapping[str, Json], Path]]:
    """Health checks that find their endpoint by its name."""
    if data["health_check"]:
        yield data["health_check"], ("health_check",)
    for label, check in data["health_checks"].items():
        if check["type"] in ("https", "http", "tcp") and not check["address"]:
            yield check, ("health_checks", label)


def _twice(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """A network has one private zone of a name."""
    for other in spec.components(component.section):
        if other is component:
            return
        zone = other.settings["zone"] or {}
        if zone.get("private") and other.settings["domain"] == component.settings["domain"]:
            message = f"{other.address} makes a private zone of the same name for the same network"
            yield Fault("private-zone", message, ("zone",), f"set 'id: ${{{other.name}.zone_id}}' instead")


def _network(spec: ResolvedSpec) -> Iterator[Fault]:
    for network in spec.components("network"):
        off = [name for name in _DNS if (network.settings["properties"] or {}).get(name) is False]
        if network.settings["existing"] is not None:
            message = (
                "names of a private zone resolve only if the existing VPC has DNS support and DNS hostnames enabled"
            )
            yield warning("private-zone", message, ("zone", "private"), "check both settings of the VPC")
        elif off:
            message = f"names of a private zone do not resolve in a VPC without {off[0]}"
            yield Fault(
                "private-zone", message, ("zone", "private"), f"remove it from 'properties' of {network.address}"
            )
