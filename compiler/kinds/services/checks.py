"""Checks of a service: its containers, its ports, and its requests beside those of other services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.services.port_checks import deployment_faults, peer_faults, port_faults
from compiler.kinds.services.scale_checks import scale_faults
from compiler.language.names import pascal
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.container_rules import container_faults
from compiler.shared.ingress import Route, free_before, free_priority, ingress_path, ingresses, routes
from compiler.shared.rule_limits import conditions_hold, rule_size
from compiler.shared.sign_in_rules import sign_in_faults
from compiler.shared.task_rules import task_faults
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.json_value import Json


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    data = component.settings
    yield from task_faults(component)
    yield from container_faults(component, spec)
    yield from scale_faults(data, spec)
    yield from port_faults(component, spec)
    yield from peer_faults(data)
    yield from deployment_faults(data)
    for word, ingress in ingresses(data).items():
        path = ingress_path(word)
        yield from _ingress(ingress, path, spec)
        yield from _sidecar(ingress, path, data)
        yield from sign_in_faults(ingress, path, spec)
    yield from _words(data)
    yield from _beside_others(component, spec)


def _words(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Each further ingress has logical ids and a port of its own."""
    words = list(data["ingresses"])
    for index, word in enumerate(words):
        first = next((one for one in words[:index] if pascal(one) == pascal(word)), None)
        if first is not None:
            message = f"its name gives the same logical ids as '{first}'"
            yield Fault("duplicate-name", message, ("ingresses", word), "rename one of the two")
    sidecars = {one["port"]: name for name, one in data["sidecars"].items()}
    for word, ingress in ingresses(data).items():
        if ingress["port"] and ingress["port"] in sidecars and not ingress["sidecar"]:
            name = sidecars[ingress["port"]]
            message = f"the sidecar '{name}' has port {ingress['port']}, and they share one network"
            yield Fault("port-taken", message, (*ingress_path(word), "port"), f"write 'sidecar: {name}' instead")


def _ingress(ingress: Mapping[str, Json], path: Path, spec: ResolvedSpec) -> Iterator[Fault]:
    balancer = spec.at("load_balancer").settings
    if ingress["public"] and not (balancer["certificate"] or balancer["domain"] or balancer["existing"]):
        message = "a public load balancer needs a certificate"
        help_text = "give 'load_balancer.domain' or '.certificate', or leave 'public' out and let an API route to it"
        yield Fault("certificate-needed", message, (*path, "public"), help_text)
    if ingress["timeout_seconds"] >= ingress["interval_seconds"]:
        message = f"a health check takes up to {ingress['timeout_seconds']} s, the next one starts before that"
        help_text = f"set it below {ingress['interval_seconds']}"
        yield Fault("health-timeout", message, (*path, "timeout_seconds"), help_text)
    if ingress["protocol"] != "http1" and not ingress["public"]:
        message = f"a load balancer uses {ingress['protocol']} to tasks only behind an HTTPS listener"
        help_text = "set 'public: true', or leave the load balancer out: 'uses: {<this service>: call}'"
        yield Fault("needs-https", message, (*path, "protocol"), help_text)


def _sidecar(ingress: Mapping[str, Json], path: Path, data: Mapping[str, Json]) -> Iterator[Fault]:
    name, there = ingress["sidecar"], data["sidecars"]
    if name is None:
        return
    if ingress["port"]:
        message = f"'port' is of the service's own container, and the sidecar '{name}' takes the requests"
        yield Fault("unused-setting", message, (*path, "port"), "remove one of the two")
    if name not in there:
        message = f"there is no sidecar '{name}'"
        yield Fault("unknown-container", message, (*path, "sidecar"), did_you_mean(name, there))
    elif not there[name]["port"]:
        message = f"the sidecar '{name}' has no port to send requests to"
        yield Fault("missing-property", message, ("sidecars", name), "set its port, such as 'port: 8080'")


def _beside_others(component: ResolvedComponent, spec: ResolvedSpec) -> Iterator[Fault]:
    every = routes(spec)
    for own in (one for one in every if one.service == component.name):
        others = [route for route in every if route.public == own.public and route is not own]
        path = ingress_path(own.word)
        yield from rule_size(own, path, spec)
        yield from conditions_hold(own, path)
        yield from _same_requests(own, others)
        yield from _same_priority(own, others)
        yield from _never_asked(own, others)


def _same_requests(own: Route, others: list[Route]) -> Iterator[Fault]:
    for other in others:
        if own.overlaps(other):
            path = min({*own.paths} & {*other.paths})
            message = f"services.{other.service} takes the requests for '{path}' too"
            yield Fault(
                "route-taken", message, (*ingress_path(own.word), "path"), "give one of the two another path or host"
            )


def _same_priority(own: Route, others: list[Route]) -> Iterator[Fault]:
    taken = frozenset(route.priority for route in others)
    for other in others:
        if own.priority == other.priority:
            message = f"has priority {own.priority} in the load balancer, as services.{other.service} has"
            help_text = f"set 'ingress.priority: {free_priority(own.priority, taken)}' for one of the two"
            yield Fault("priority-taken", message, (*ingress_path(own.word), "priority"), help_text)


def _never_asked(own: Route, others: list[Route]) -> Iterator[Fault]:
    """What has further conditions has to be asked before what takes the same requests without them."""
    taken = frozenset(route.priority for route in others)
    for other in others:
        if own.more and other.more != own.more and other.priority < own.priority and other.covers(own):
            message = f"is never asked: services.{other.service} is asked before it and takes all its requests"
            number = free_before(other.priority, taken)
            help_text = f"set 'ingress.priority: {number}'" if number else "give the other one a higher 'priority'"
            yield Fault("route-taken", message, (*ingress_path(own.word), "priority"), help_text)
