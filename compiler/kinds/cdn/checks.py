"""What is wrong with a cdn beyond its schema."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.kinds.cdn.behavior_rules import behavior_faults
from compiler.kinds.cdn.origin_rules import certificate_faults, origin_faults
from compiler.kinds.cdn.redirect_rules import redirect_faults
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.certificate_regions import served
from compiler.shared.countries import one_of_both
from compiler.shared.global_region import GLOBAL_REGION
from compiler.shared.ingress import fronts, ingresses, inside_host, internal_name
from compiler.shared.log_buckets import log_bucket
from compiler.shared.vpc_origins import behind_vpc_origin, prefix_list
from compiler.source.document import Path
from compiler.source.json_value import Json


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of one resolved cdn."""
    data = component.settings
    if data["paths"]:
        yield from _default_path(data, spec)
    else:
        yield from _no_paths(data)
    yield from redirect_faults(component, spec)
    yield from _unreachable(list(data["paths"] or ()))
    yield from _services(_origins(data), spec)
    yield from behavior_faults(data)
    yield from origin_faults(data, spec)
    yield from certificate_faults(_origins(data), spec)
    yield from _certificate(data)
    yield from _domain(data)
    yield from served(data["domain"], ("domain",), spec, GLOBAL_REGION)
    yield from one_of_both(data["countries"])
    yield from _log_region(data["logs_to"], spec.region)
    yield from log_bucket(data["logs_to"], ("logs_to",), spec)


def _default_path(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    if "/*" not in data["paths"]:
        help_text = "add '/*' with the bucket or API for all other requests"
        yield Fault("no-default-path", "the default path '/*' is missing", ("paths",), help_text)
    elif data["spa"] and not spec.component(data["paths"]["/*"], "buckets"):
        message = "a single-page application is served from a bucket, which '/*' does not name"
        yield Fault("no-bucket", message, ("spa",), "name a bucket for '/*', or remove 'spa'")


def _no_paths(data: Mapping[str, Json]) -> Iterator[Fault]:
    if not data["redirects"]:
        yield Fault("missing-property", "'paths' is missing", (), "add it with '/*', or 'redirects' for all names")
    if data["spa"]:
        yield Fault("unused-setting", "a distribution of redirects alone shows no application", ("spa",), "remove it")


def _unreachable(paths: list[str]) -> Iterator[Fault]:
    """Paths that come after one that fits all of theirs; `/*` is always asked last."""
    before: list[str] = []
    for path in paths:
        wider = next((one for one in before if one.endswith("*") and path.startswith(one[:-1])), None)
        if wider and "*" not in wider[:-1] and "?" not in wider:
            message = f"'{path}' never matches: '{wider}' comes first and matches all of it"
            yield Fault("unreachable-path", message, ("paths", path), f"write it before '{wider}'")
        if path != "/*":
            before.append(path)


def _origins(data: Mapping[str, Json]) -> Iterator[tuple[Path, str]]:
    """Where the settings name an origin, and the origin."""
    yield from ((("paths", path), target) for path, target in (data["paths"] or {}).items())
    for path, said in data["behaviors"].items():
        if said["failover"]:
            yield ("behaviors", path, "failover", "to"), said["failover"]["to"]


def _services(origins: Iterable[tuple[Path, str]], spec: ResolvedSpec) -> Iterator[Fault]:
    """CloudFront asks a load balancer by a name that its certificate is for (CloudFront guide, custom origins)."""
    for path, target in origins:
        service = spec.component(target, "services")
        if service is None or fronts(service, spec):
            continue
        if behind_vpc_origin(service):
            yield from _private(path, service, spec)
        elif ingresses(service.settings):
            message = f"'{target}' has no domain name for CloudFront to send requests to"
            help_text = "set 'load_balancer.domain', or an exact name in its 'ingress.host'"
            yield Fault("no-ingress", message, path, help_text)
        else:
            message = f"'{target}' is not behind a load balancer"
            yield Fault("no-ingress", message, path, "set its 'ingress', such as 'ingress: {path: /*}'")


def _private(path: Path, service: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Source: CloudFront developer guide, "Restrict access with VPC origins"."""
    if any(one["host"] for one in ingresses(service.settings).values()) and not inside_host(service, spec):
        message = f"'{service.name}' has no exact name for CloudFront to ask for"
        certified = " that the certificate of 'load_balancer.internal_domain' is for" if internal_name(spec) else ""
        help_text = f"add a name without wildcards{certified} to its 'ingress.host'"
        yield Fault("no-ingress", message, path, help_text)
    if any(one.settings["existing"] for one in spec.able("balance")):
        message = f"'{service.name}' is behind an existing load balancer, for which no VPC origin is created"
        yield Fault("vpc-origin", message, path, "use its https address, or a load balancer of the platform")
    elif not prefix_list(spec):
        message = f"the prefix list of CloudFront in {spec.region} is not known, so '{service.name}' can't let it in"
        yield Fault("vpc-origin", message, path, "set 'load_balancer.cloudfront_prefix_list' to its id, pl-…")


def _certificate(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["domains"] and not data["certificate"]:
        help_text = "add 'certificate' with the ARN of an ACM certificate in us-east-1"
        yield Fault("no-certificate", "domains of its own need a certificate", ("domains",), help_text)
    if data["certificate"] and not data["domains"]:
        message = "a certificate without 'domains' is not used"
        yield Fault("no-domains", message, ("certificate",), "add 'domains', or remove it")


def _domain(data: Mapping[str, Json]) -> Iterator[Fault]:
    if data["domain"] and (data["domains"] or data["certificate"]):
        message = "the component in 'domain' has the names and the certificate already"
        yield Fault("domain-twice", message, ("domain",), "remove 'domains' and 'certificate', or 'domain'")


def _log_region(bucket: str | None, region: str) -> Iterator[Fault]:
    if bucket and region != GLOBAL_REGION:
        message = f"AWS sets up CloudFront's log from {GLOBAL_REGION} only, and this environment is in {region}"
        yield Fault("log-region", message, ("logs_to",), "remove 'logs_to'")
