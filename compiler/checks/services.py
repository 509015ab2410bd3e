"""Checks of a service: its size, its numbers of tasks, and its requests beside those of other services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.checks import Fault
from compiler.ingress import Route, free_priority, routes
from compiler.json_value import Json

_GIB = 1024
_MEMORY: Mapping[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1 * _GIB, 4 * _GIB + 1, _GIB)),
    1024: tuple(range(2 * _GIB, 8 * _GIB + 1, _GIB)),
    2048: tuple(range(4 * _GIB, 16 * _GIB + 1, _GIB)),
    4096: tuple(range(8 * _GIB, 30 * _GIB + 1, _GIB)),
    8192: tuple(range(16 * _GIB, 60 * _GIB + 1, 4 * _GIB)),
    16384: tuple(range(32 * _GIB, 120 * _GIB + 1, 8 * _GIB)),
}
"""CPU units → MiB of memory that Fargate has for them. Source: ECS developer guide, "Task size"."""
_MOST_VALUES, _MOST_WILDCARDS = 5, 5
"""Of a rule. Source: Elastic Load Balancing user guide, "Quotas for your Application Load Balancers"."""


def check(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    yield from _size(data)
    yield from _scale(data["scale"])
    yield from _deployment(data["deployment"])
    yield from _container(data)
    yield from _log_group(data, platform_data)
    if data["ingress"]:
        yield from _ingress(data["ingress"], platform_data)
        yield from _beside_others(data, platform_data)


def _size(data: Mapping[str, Json]) -> Iterator[Fault]:
    cpu, memory = data["cpu"], data["memory"]
    if memory not in _MEMORY[cpu]:
        nearest = min(_MEMORY[cpu], key=lambda one: (abs(one - memory), one))
        message = f"Fargate has no task of {cpu} CPU units with {memory} MiB, only with {_told(_MEMORY[cpu])} MiB"
        yield Fault("fargate-size", message, ("memory",), f"the nearest is 'memory: {nearest}'")


def _told(amounts: tuple[int, ...]) -> str:
    if len(amounts) <= 4:
        return ", ".join(map(str, amounts))
    return f"{amounts[0]} to {amounts[-1]} in steps of {amounts[1] - amounts[0]}"


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


def _container(data: Mapping[str, Json]) -> Iterator[Fault]:
    """The agent of ECS Exec writes to the root file system. Source: ECS developer guide, "Using ECS Exec"."""
    if data["exec"] and data["read_only_root"]:
        help_text = "set 'read_only_root: false' beside it"
        yield Fault("exec-read-only", "'exec' needs a root file system that is writable", ("exec",), help_text)
    if data["read_only_root"] and len(data["writable"]) * data["writable_mb"] > data["memory"]:
        message = f"{len(data['writable'])} folders of {data['writable_mb']} MiB are more than the task's memory"
        yield Fault("writable-size", message, ("writable_mb",), f"all together at most {data['memory']} MiB")


def _log_group(data: Mapping[str, Json], platform_data: Mapping[str, Json]) -> Iterator[Fault]:
    name = data["logs"]["name"]
    for other, one in platform_data["services"].items():
        if name and one is not data and one["logs"]["name"] == name:
            message = f"services.{other} has the log group '{name}' too"
            yield Fault("log-group-taken", message, ("logs", "name"), "give each its own, or leave the name out")


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
