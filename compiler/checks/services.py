"""Checks of a service: its size, its numbers of tasks, and its requests beside those of other services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.checks import Fault
from compiler.ingress import Route, free_priority, routes
from compiler.json_value import Json
from compiler.task_rules import task_faults

_MOST_VALUES, _MOST_WILDCARDS = 5, 5
"""Of a rule. Source: Elastic Load Balancing user guide, "Quotas for your Application Load Balancers"."""


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    yield from task_faults(data, platform_data)
    yield from _scale(data["scale"])
    yield from _deployment(data["deployment"])
    if data["ingress"]:
        yield from _ingress(data["ingress"], platform_data)
        yield from _beside_others(data, platform_data)


def _scale(scale: Mapping[str, Json]) -> Iterator[Fault]:
    least, most = scale["min"], scale["max"]
    if most < least:
        message = f"at most {most} tasks is fewer than at least {least}"
        yield Fault("scale-limits", message, ("scale", "max"), f"set 'max: {least}' or more")
    elif most > least == 0:
        message = "a service that has no task has no load either, and never starts one"
        yield Fault("scale-limits", message, ("scale", "min"), "set 'min: 1', or 'max: 0' to stop the service")
    elif most > least and not (scale["cpu"] or scale["memory"]):
        message = "nothing says when there shall be more tasks or fewer"
        help_text = "give 'cpu' or 'memory' a percentage, or 'min' and 'max' one number"
        yield Fault("scale-limits", message, ("scale",), help_text)


def _deployment(deployment: Mapping[str, Json]) -> Iterator[Fault]:
    if deployment["minimum_percent"] == deployment["maximum_percent"] == 100:
        message = "when all tasks stay and none may be added, none can be replaced"
        help_text = "lower 'minimum_percent' or raise 'maximum_percent'"
        yield Fault("deployment-stuck", message, ("deployment", "maximum_percent"), help_text)


def _ingress(ingress: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    if ingress["public"] and not platform_data["load_balancer"]["certificate"]:
        message = "without a certificate no load balancer faces the internet"
        help_text = "give 'load_balancer.certificate', or leave 'public' out and route an API to the service"
        yield Fault("certificate-needed", message, ("ingress", "public"), help_text)
    if ingress["timeout_seconds"] >= ingress["interval_seconds"]:
        message = f"a health check takes up to {ingress['timeout_seconds']} s, the next one starts before that"
        help_text = f"set it below {ingress['interval_seconds']}"
        yield Fault("health-timeout", message, ("ingress", "timeout_seconds"), help_text)


def _beside_others(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    name = next(name for name, one in platform_data["services"].items() if one is data)
    every = routes(platform_data)
    own = next(route for route in every if route.service == name)
    others = [route for route in every if route.public == own.public and route is not own]
    yield from _rule_size(own)
    yield from _same_requests(own, others)
    yield from _same_priority(own, others)


def _rule_size(own: Route) -> Iterator[Fault]:
    values = (*own.paths, *own.hosts)
    wildcards = sum(value.count("*") + value.count("?") for value in values)
    help_text = "say it with fewer, or with a wildcard for several"
    if len(values) > _MOST_VALUES:
        message = f"has {len(values)} paths and hosts, a rule of a load balancer takes {_MOST_VALUES}"
        yield Fault("rule-limit", message, ("ingress",), help_text)
    elif wildcards > _MOST_WILDCARDS:
        message = f"has {wildcards} wildcards in its paths and hosts, a rule of a load balancer takes {_MOST_WILDCARDS}"
        yield Fault("rule-limit", message, ("ingress",), "say it with fewer wildcards")


def _same_requests(own: Route, others: list[Route]) -> Iterator[Fault]:
    for other in others:
        if own.overlaps(other):
            path = min({*own.paths} & {*other.paths})
            message = f"services.{other.service} takes the requests for '{path}' too"
            yield Fault("route-taken", message, ("ingress", "path"), "give one of the two another path or host")


def _same_priority(own: Route, others: list[Route]) -> Iterator[Fault]:
    taken = frozenset(route.priority for route in others)
    for other in others:
        if own.priority == other.priority:
            message = f"has priority {own.priority} in the load balancer, as services.{other.service} has"
            help_text = f"set 'ingress.priority: {free_priority(own.priority, taken)}' for one of the two"
            yield Fault("priority-taken", message, ("ingress", "priority"), help_text)
