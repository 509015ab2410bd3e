"""Checks of the load balancer: its certificate, its ranges, and values that are read from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.load_balancer.cdn_only_rules import cdn_only_faults
from compiler.kinds.load_balancer.rule_checks import rule_faults
from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.arns import region_in
from compiler.shared.certificate_regions import served
from compiler.shared.cidr_rules import ranges, ranges_of_ipv6
from compiler.shared.dual_stack import needs_dual_stack
from compiler.shared.ingress import fronted
from compiler.shared.log_buckets import log_bucket
from compiler.shared.rule_conditions import listed
from compiler.source.document import Path
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    yield from _certificate(data["certificate"], ("certificate",), spec.region)
    for index, arn in enumerate(data["certificates"]):
        yield from _certificate(arn, ("certificates", index), spec.region)
    for index, name in enumerate(listed(data["domain"] or ())):
        path: Path = ("domain", index) if isinstance(data["domain"], list) else ("domain",)
        yield from served(name, path, spec)
    yield from served(data["internal_domain"], ("internal_domain",), spec)
    if data["certificates"] and not (data["domain"] or data["certificate"]):
        message = "'certificates' are further ones, and neither 'domain' nor 'certificate' gives the first"
        yield Fault("certificate-needed", message, ("certificates",), "make the first one 'certificate'")
    yield from ranges(data["allow_from"], ("allow_from",))
    yield from _ipv6(data, spec)
    yield from log_bucket(data["logs_to"], ("logs_to",), spec)
    yield from _absent(component, spec)
    yield from _unprotected(data["internal_firewall"], spec)
    yield from rule_faults(data, spec)
    yield from cdn_only_faults(component, spec)
    if data["mutual_tls"] and True not in fronted(spec):
        message = "no load balancer faces the internet, so that there are no clients to show a certificate"
        yield Fault("no-load-balancer", message, ("mutual_tls",), "give a service an 'ingress' with 'public: true'")
    if data["firewall"] and True not in fronted(spec):
        message = "no load balancer faces the internet, so that this firewall protects nothing here"
        help_text = "'internal_firewall' protects the internal one; or give a service an 'ingress' with 'public: true'"
        yield warning("idle-firewall", message, ("firewall",), help_text)


def _certificate(arn: str | None, path: Path, region: str) -> Iterator[Fault]:
    """Source: Elastic Load Balancing user guide, "SSL certificates for your Application Load Balancer"."""
    of = region_in(arn) if arn and OPEN not in arn else region
    if of != region:
        message = f"the certificate is in {of}, a load balancer takes only one of its own region, {region}"
        yield Fault("certificate-region", message, path, f"request or import it in {region}")


def _ipv6(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    yield from ranges_of_ipv6(data["allow_from_ipv6"] or (), ("allow_from_ipv6",))
    if data["ip_address_type"] == "ipv4":
        if data["allow_from_ipv6"]:
            message = "nobody reaches a load balancer with addresses of IPv4 alone by IPv6"
            yield Fault(
                "unused-setting", message, ("allow_from_ipv6",), "set 'ip_address_type: dualstack', or remove it"
            )
        return
    yield from needs_dual_stack(("ip_address_type",), spec)
    if True not in fronted(spec):
        message = "no load balancer faces the internet, and the internal one has addresses of IPv4"
        yield Fault(
            "no-load-balancer", message, ("ip_address_type",), "give a service an 'ingress' with 'public: true'"
        )


def _absent(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Attributes of a load balancer that is not there because no service's ingress wants it."""
    there, read = fronted(spec), {attribute for _, attribute in spec.reads(component)}
    for word, public in (("internal", False), ("public", True)):
        if public not in there and any(attribute.startswith(f"{word}_") for attribute in read):
            wanted = "with 'public: true'" if public else "that is not public"
            message = f"'${{load_balancer.{word}_…}}' is read, but there is no such load balancer"
            help_text = f"give a service an 'ingress' {wanted}, or remove the value"
            yield Fault("no-load-balancer", message, (), help_text)


def _unprotected(firewall: str | None, spec: ResolvedSpec) -> Iterator[Fault]:
    if firewall and False not in fronted(spec):
        message = "there is no internal load balancer, and so nothing that this firewall looks at"
        help_text = "give a service an 'ingress' that is not public, or remove it"
        yield Fault("no-load-balancer", message, ("internal_firewall",), help_text)
