"""Route 53 health checks: of endpoints, of other health checks, and of CloudWatch alarms."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from troposphere import Ref, Tags, route53

from compiler.language.names import pascal
from compiler.program.component import Component, Platform
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_PORTS = {"https": 443, "http": 80, "tcp": 443}
_MISSING = {"healthy": "Healthy", "unhealthy": "Unhealthy", "last_known": "LastKnownStatus"}


@frozen(kw_only=True)
class HealthCheck:
    """How Route 53 asks whether an endpoint is healthy."""

    type: str
    host: str | None
    port: int | None
    path: str
    search: str | None
    interval: int
    failures: int


@frozen(kw_only=True)
class Alarm:
    """The CloudWatch alarm that a health check follows."""

    name: str
    region: str | None
    missing: str


@frozen(kw_only=True)
class NamedCheck(HealthCheck):
    """A health check for records: of an endpoint, of others of these, or of an alarm."""

    address: str | None
    measure_latency: bool
    regions: tuple[str, ...]
    inverted: bool
    checks: tuple[str, ...]
    healthy: int | None
    alarm: Alarm | None


def check_id(domain: Component, label: str = "") -> str:
    """Logical id of a health check: the domain's own, or one with a word."""
    return f"{domain.stem}{pascal(label) if label else ''}HealthCheck"


def endpoint_check(domain: Component, check: HealthCheck, host: str, platform: Platform) -> route53.HealthCheck:
    """The domain's own health check."""
    return _made(check_id(domain), _asks(check, host), f"{platform.name}-{platform.environment}-{domain.name}")


def named_check(domain: Component, named: tuple[str, NamedCheck], host: str, platform: Platform) -> route53.HealthCheck:
    """A health check with a word."""
    label, check = named
    settings = _CONFIGS.get(check.type, _endpoint)(domain, check, host, platform)
    if check.inverted:
        settings["Inverted"] = True
    name = f"{platform.name}-{platform.environment}-{domain.name}-{label}"
    return _made(check_id(domain, label), settings, name)


def _made(logical_id: str, settings: Mapping[str, Json], name: str) -> route53.HealthCheck:
    config = route53.HealthCheckConfig(**settings)
    return route53.HealthCheck(logical_id, HealthCheckConfig=config, HealthCheckTags=Tags(Name=name))


def _asks(check: HealthCheck, host: str) -> dict[str, Json]:
    found: dict[str, Json] = {
        "Type": check.type.upper() + ("_STR_MATCH" if check.search else ""),
        "FullyQualifiedDomainName": check.host or host,
        "Port": check.port or _PORTS[check.type],
        "RequestInterval": check.interval,
        "FailureThreshold": check.failures,
    }
    if check.type != "tcp":
        found["ResourcePath"] = check.path
    if check.type == "https":
        found["EnableSNI"] = True
    if check.search:
        found["SearchString"] = check.search
    return found


def _endpoint(domain: Component, check: NamedCheck, host: str, platform: Platform) -> dict[str, Json]:
    found = _asks(check, host)
    if check.address:
        found["IPAddress"] = check.address
        if check.type == "tcp":
            del found["FullyQualifiedDomainName"]
    if check.measure_latency:
        found["MeasureLatency"] = True
    if check.regions:
        found["Regions"] = sorted(check.regions)
    return found


def _calculated(domain: Component, check: NamedCheck, host: str, platform: Platform) -> dict[str, Json]:
    children = [Ref(check_id(domain, label)) for label in check.checks]
    threshold = len(children) if check.healthy is None else check.healthy
    return {"Type": "CALCULATED", "ChildHealthChecks": children, "HealthThreshold": threshold}


def _alarm(domain: Component, check: NamedCheck, host: str, platform: Platform) -> dict[str, Json]:
    assert check.alarm
    alarm = route53.AlarmIdentifier(Name=check.alarm.name, Region=check.alarm.region or platform.region)
    missing = _MISSING[check.alarm.missing]
    return {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": alarm, "InsufficientDataHealthStatus": missing}


_CONFIGS: Mapping[str, Callable[[Component, NamedCheck, str, Platform], dict[str, Json]]] = {
    "calculated": _calculated,
    "alarm": _alarm,
}
"""Type of a health check that asks no endpoint → what its configuration is."""
