"""Checks of the listeners of a network load balancer.

Sources: Elastic Load Balancing user guide, "Listeners for your Network Load Balancers", "Edit target group attributes
for your Network Load Balancer", "Use an Application Load Balancer as a target of a Network Load Balancer"; ECS
developer guide, "Use a Network Load Balancer for Amazon ECS".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.network_load_balancers.ports import port_of
from compiler.language.names import pascal
from compiler.meaning.fault import Fault, warning
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.ingress import fronted, ingresses, internal_name
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json

_UDP = ("udp", "tcp_udp")
_MOST_GROUPS_OF_SERVICE = 5
_MOST_BEFORE_BALANCER = 2
_OF_TASKS = ("sidecar", "target_tls", "alpn", "preserve_client_ip", "proxy_protocol", "sticky")


def listener_faults(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """Faults of all listeners of a resolved load balancer."""
    data = component.settings
    yield from _words(data["listeners"])
    for word, one in data["listeners"].items():
        path: Path = ("listeners", word)
        yield from _protocol(one, path)
        yield from _health(one, path)
        if data["ip_address_type"] == "dualstack" and one["protocol"] in _UDP:
            message = "by IPv6 a load balancer sends UDP to targets with addresses of IPv6 only, and tasks have IPv4"
            yield Fault("udp-dualstack", message, (*path, "protocol"), "set 'ip_address_type: ipv4', or use TCP")
        if (one["to"] is None) == (one["load_balancer"] is None):
            message = "connections of a listener go to exactly one place"
            yield Fault("one-of-two", message, path, "write exactly one of to, load_balancer")
        elif one["to"] is None:
            yield from _balancer(one, path, spec)
        else:
            yield from _service(component, one, path, spec)
    yield from _crowded(component, spec)


def _words(listeners: Mapping[str, Json]) -> Iterator[Fault]:
    """Each has logical ids and a port of its own; one port takes TCP and UDP only by ``tcp_udp``."""
    words = list(listeners)
    for index, word in enumerate(words):
        first = next((one for one in words[:index] if pascal(one) == pascal(word)), None)
        if first is not None:
            message = f"its name gives the same logical ids as '{first}'"
            yield Fault("duplicate-name", message, ("listeners", word), "rename one of the two")
        port = listeners[word]["port"]
        first = next((one for one in words[:index] if listeners[one]["port"] == port), None)
        if first is not None:
            message = f"the listener '{first}' has port {port} too"
            help_text = "take another port; 'protocol: tcp_udp' takes both on one"
            yield Fault("port-taken", message, ("listeners", word, "port"), help_text)


def _protocol(one: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    protocol = one["protocol"]
    for setting in ("target_tls", "alpn"):
        if one[setting] and protocol != "tls":
            message = f"'{setting}' is of listeners that take TLS"
            yield Fault("unused-setting", message, (*path, setting), "set 'protocol: tls', or remove it")
    if one["sticky"] and protocol == "tls":
        message = "AWS keeps a client with one target only where the load balancer does not end TLS"
        yield Fault("unused-setting", message, (*path, "sticky"), "remove it, or set 'protocol: tcp'")
    if one["idle_seconds"] and protocol in ("tls", "udp"):
        message = f"AWS has a fixed time for {protocol}"
        yield Fault("unused-setting", message, (*path, "idle_seconds"), "remove it")
    if one["preserve_client_ip"] is False and protocol in _UDP:
        message = "with UDP the tasks always see the address of the client"
        yield Fault("unused-setting", message, (*path, "preserve_client_ip"), "remove it, or set it to true")


def _health(one: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    check, path = one["health_check"], (*path, "health_check")
    if check["timeout_seconds"] >= check["interval_seconds"]:
        message = f"a health check takes up to {check['timeout_seconds']} s, the next one starts before that"
        yield Fault("health-timeout", message, (*path, "timeout_seconds"), f"set it below {check['interval_seconds']}")
    if one["protocol"] == "udp" and not check["port"]:
        message = "there is no health check by UDP, and nothing says where the tasks take TCP"
        yield Fault("missing-property", message, path, "set its port, such as 'port: 8080'")
    if check["codes"] and check["protocol"] not in ("http", "https") and one["load_balancer"] is None:
        message = "a check that only opens a connection gets no status code"
        yield Fault("unused-setting", message, (*path, "codes"), "set 'protocol: http', or remove it")


def _balancer(one: Mapping[str, Json], path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    public = one["load_balancer"] == "public"
    yield from _reached(one, path, spec)
    if one["protocol"] != "tcp":
        message = "an Application Load Balancer gets TCP alone, and ends TLS itself"
        yield Fault("needs-tcp", message, (*path, "protocol"), "set 'protocol: tcp'")
    for setting in _OF_TASKS:
        if one[setting]:
            message = f"'{setting}' is about tasks, and an Application Load Balancer gets the connections"
            yield Fault("unused-setting", message, (*path, setting), "remove it")
    if one["health_check"]["protocol"] == "tcp":
        message = "an Application Load Balancer is checked by HTTP or HTTPS only"
        yield Fault("needs-http", message, (*path, "health_check", "protocol"), "set http or https, or remove it")
    shown = public and any(each.settings["mutual_tls"] for each in spec.able("balance"))
    if shown and one["health_check"]["protocol"] != "http":
        message = "clients of the public load balancer show a certificate, and a health check has none"
        yield Fault("needs-http", message, (*path, "health_check"), "set 'health_check: {protocol: http, port: 80}'")
    ports = (80, 443) if public else (443 if internal_name(spec) else 80,)
    if one["target_port"] and one["target_port"] not in ports and not _is_existing(spec):
        message = f"the {one['load_balancer']} load balancer does not listen on {one['target_port']}"
        yield Fault("port-unknown", message, (*path, "target_port"), f"set {' or '.join(map(str, ports))}")


def _reached(one: Mapping[str, Json], path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    """That the Application Load Balancer is there, and answers what comes by no cdn."""
    public = one["load_balancer"] == "public"
    if public not in fronted(spec):
        wanted = "an 'ingress' with 'public: true'" if public else "an 'ingress' that is not public"
        message = f"there is no {one['load_balancer']} load balancer"
        yield Fault("no-load-balancer", message, (*path, "load_balancer"), f"give a service {wanted}")
    elif public and any(each.settings["cdn_only"] for each in spec.able("balance")):
        message = "the public load balancer answers what comes by no cdn with 403, and so all that comes this way"
        yield Fault("cdn-only", message, (*path, "load_balancer"), "remove the listener, or 'load_balancer.cdn_only'")


def _is_existing(spec: ResolvedSpec) -> bool:
    return any(one.settings["existing"] is not None for one in spec.able("balance"))


def _service(component: ResolvedComponent, one: Mapping[str, Json], path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    service = spec.offering(one["to"], "stream")
    if service is None:
        return
    sidecars = service.settings["sidecars"]
    if one["sidecar"] and one["sidecar"] not in sidecars:
        message = f"{service.address} has no sidecar '{one['sidecar']}'"
        yield Fault("unknown-container", message, (*path, "sidecar"), did_you_mean(one["sidecar"], sidecars))
    elif port_of(one["target_port"], one["sidecar"], service.settings) is None:
        message = f"nothing says where {service.address} takes the connections"
        yield Fault("missing-property", message, path, "set 'target_port', or the 'port' of the service")
    keeps = one["preserve_client_ip"] or one["protocol"] in _UDP
    if keeps and "connect" in spec.verbs(service, component):
        message = f"{service.address} uses it too: a task whose connection comes back to itself gets no answer"
        change = "take TCP" if one["protocol"] in _UDP else "leave 'preserve_client_ip' out"
        help_text = f"{change}, or let the service call itself by another name"
        yield warning("own-connection", message, path, help_text)


def _crowded(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    """What AWS takes of target groups for one service, and of network load balancers before another one."""
    said = [(one, word, listener) for one in _alike(component, spec) for word, listener in _listeners(one)]
    groups: dict[str, int] = {}
    before: dict[str, list[str]] = {}
    for one, word, listener in said:
        service = spec.offering(listener["to"], "stream")
        if service:
            groups[service.address] = groups.get(service.address, len(ingresses(service.settings))) + 1
        balancers = before.setdefault(listener["load_balancer"] or "", [])
        balancers += [one.address] if one.address not in balancers else []
        if one is not component:
            continue
        if service and groups[service.address] > _MOST_GROUPS_OF_SERVICE:
            message = f"{service.address} would be in {groups[service.address]} target groups, and ECS takes five"
            yield Fault("target-group-limit", message, ("listeners", word), "send it to another service")
        if listener["load_balancer"] and len(balancers) > _MOST_BEFORE_BALANCER:
            message = f"{' and '.join(balancers[:2])} are before the {listener['load_balancer']} load balancer already"
            yield Fault("target-group-limit", message, ("listeners", word), "AWS takes two; use one of these")


def _alike(component: ResolvedComponent, spec: ResolvedSpec) -> tuple[ResolvedComponent, ...]:
    return spec.components(component.section)


def _listeners(one: ResolvedComponent) -> list[tuple[str, Mapping[str, Json]]]:
    return list(one.settings["listeners"].items())
