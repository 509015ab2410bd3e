"""What a Route 53 health check can be (Route 53 API reference, HealthCheckConfig)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from compiler.meaning.fault import Fault, warning
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json

_OF_ENDPOINTS: Mapping[str, Json] = {
    "host": None,
    "address": None,
    "port": None,
    "search": None,
    "regions": [],
    "measure_latency": False,
}
"""Settings that only a check of an endpoint has, and what they are when they are not set."""
_FEWEST_REGIONS = 3


def health_check_faults(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Faults of the domain's own health check and of those with a word."""
    own = data["health_check"]
    if own:
        yield from _endpoint(own, ("health_check",))
    checks = data["health_checks"]
    for label, check in checks.items():
        path = ("health_checks", label)
        if check["type"] in ("calculated", "alarm"):
            yield from _no_endpoint(check, path)
        else:
            yield from _endpoint(check, path)
        yield from _calculated(label, checks)
        yield from _alarm(check, path)
    yield from _unpredictable(data)


def _endpoint(check: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    if check["type"] == "tcp" and check["search"]:
        message = "a TCP connection has no body that could be searched"
        yield Fault("unused-setting", message, (*path, "search"), "remove it, or ask by http or https")
    for word in ("host", "address"):
        if check.get(word) and not _public(check[word]):
            message = f"Route 53 asks from the internet, where {check[word]} can't be reached"
            help_text = "name a public address, or follow a CloudWatch alarm with 'type: alarm'"
            yield Fault("health-check-private", message, (*path, word), help_text)
    if 0 < len(check.get("regions", ())) < _FEWEST_REGIONS:
        message = f"Route 53 asks from {_FEWEST_REGIONS} or more regions"
        yield Fault("health-check", message, (*path, "regions"), "name more regions, or remove it")


def _public(text: str) -> bool:
    """Whether an address is in no local, private, non-routable or multicast range; true for a name."""
    try:
        address = ip_address(text)
    except ValueError:
        return True
    return address.is_global and not address.is_multicast


def _no_endpoint(check: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    for word in (word for word, unset in _OF_ENDPOINTS.items() if check[word] != unset):
        message = f"a health check of type {check['type']} asks no endpoint"
        yield Fault("unused-setting", message, (*path, word), "remove it")


def _calculated(label: str, checks: Mapping[str, Mapping[str, Json]]) -> Iterator[Fault]:
    check, path = checks[label], ("health_checks", label)
    named = check["checks"]
    if check["type"] != "calculated":
        for word in (word for word in ("checks", "healthy") if check[word]):
            message = "only a calculated health check counts others"
            yield Fault("unused-setting", message, (*path, word), "set 'type: calculated', or remove it")
        return
    if not named:
        yield Fault("missing-property", "it counts no health checks", path, "name them in 'checks'")
    for index, name in enumerate(named):
        if name not in checks:
            message = f"'health_checks' has no '{name}'"
            yield Fault("unknown-health-check", message, (*path, "checks", index), did_you_mean(name, checks))
        elif label in _counted(name, checks):
            message = f"'{label}' would count itself"
            yield Fault("health-check", message, (*path, "checks", index), "remove it")
    if named and (check["healthy"] or 0) > len(named):
        message = f"it counts {len(named)}, so {check['healthy']} are never healthy"
        yield Fault("health-check", message, (*path, "healthy"), f"set {len(named)} or less")


def _counted(label: str, checks: Mapping[str, Mapping[str, Json]]) -> set[str]:
    """A health check and all that it counts, at any depth."""
    found, left = set[str](), [label]
    while left:
        name = left.pop()
        if name not in found and name in checks:
            found.add(name)
            left += checks[name]["checks"]
    return found


def _alarm(check: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    if check["type"] == "alarm" and not check["alarm"]:
        yield Fault("missing-property", "it follows no alarm", path, "set 'alarm' with the 'name' of one")
    elif check["alarm"] and check["type"] != "alarm":
        message = "only a health check of type alarm follows one"
        yield Fault("unused-setting", message, (*path, "alarm"), "set 'type: alarm', or remove it")


def _unpredictable(data: Mapping[str, Json]) -> Iterator[Fault]:
    """A host that the records which the health check is for answer themselves."""
    domain = data["domain"]
    for label, record in data["records"].items():
        check = data["health_checks"].get(record["health_check"])
        whole = f"{record['name']}.{domain}" if record["name"] else domain
        if check and _asked(check, domain) == whole:
            yield _itself(whole, ("records", label, "health_check"))
    own = data["health_check"]
    if data["routing"] and own and (own["host"] or domain) == domain:
        yield _itself(domain, ("health_check",))


def _asked(check: Mapping[str, Json], domain: str) -> str | None:
    """The host whose address DNS tells a health check."""
    by_name = check["type"] in ("https", "http", "tcp") and not check["address"]
    return (check["host"] or domain) if by_name else None


def _itself(host: str, path: Path) -> Fault:
    message = f"it asks {host}, which is answered by any of the records that it chooses among"
    help_text = "give each endpoint a name of its own and set it as the 'host' of its health check"
    return warning("health-check-host", message, path, help_text)
