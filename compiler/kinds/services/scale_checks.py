"""Checks of how a service scales: its bounds, the metrics that it follows, its steps, and its share of Spot."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from compiler.language.names import pascal
from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedSpec
from compiler.shared.expression_rules import expression_faults
from compiler.shared.ingress import ingresses
from compiler.shared.metric_expressions import is_query
from compiler.source.document import Path
from compiler.source.json_value import Json

_MOST_STEPS = 20
"""Of a policy. Application Auto Scaling user guide, "Quotas": step adjustments per step scaling policy."""
_LOADS = ("cpu", "memory", "requests", "steps", "queue", "metrics")
_OF_ONE = ("of", "namespace", "metric", "dimensions")
_STATISTIC = "Average"
"""The default, which is not told from one that is written."""
_DAY = 86_400
"""Seconds that an alarm may look back (CloudWatch API reference, PutMetricAlarm)."""


def scale_faults(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    scale = data["scale"]
    yield from _bounds(scale, scale, ("scale",))
    for word, one in scale["schedule"].items():
        yield from _bounds(one, scale, ("scale", "schedule", word))
    if scale["requests"] and not ingresses(data):
        message = "a load balancer counts the requests, and the service has no 'ingress'"
        yield Fault("scale-limits", message, ("scale", "requests"), "remove 'requests', or add 'ingress'")
    yield from _counted(scale, spec)
    yield from _steps(scale["steps"], ("scale", "steps"))
    yield from _words(scale)
    for word, one in scale["metrics"].items():
        yield from _metric(one, ("scale", "metrics", word))
    yield from _capacity(data)
    yield from _left_to_others(data)


def _left_to_others(data: Mapping[str, Json]) -> Iterator[Fault]:
    """A number that others set: the spec can neither stop the service, nor begin with more than one task."""
    if "desired_count" not in data["ignore"]:
        return
    path: Path = ("ignore", data["ignore"].index("desired_count"))
    if data["scale"]["parked"] or data["scale"]["max"] == 0:
        message = "the service is stopped by its number of tasks, which 'ignore' leaves to others"
        yield Fault("ignored-setting", message, path, "remove 'desired_count' from 'ignore'")
    elif data["peers"] and data["peers"]["quorum"]:
        message = "peers that keep a quorum have a fixed number of tasks, and 'ignore' leaves it to others"
        yield Fault("ignored-setting", message, path, "remove 'desired_count' from 'ignore', or set 'quorum: false'")


def _bounds(bounds: Mapping[str, Json], scale: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    least, most = bounds["min"], bounds["max"]
    if most < least:
        message = f"at most {most} tasks is fewer than at least {least}"
        yield Fault("scale-limits", message, (*path, "max"), f"set 'max: {least}' or more")
    elif most > least == 0 and not scale["parked"] and not _starts_first(scale):
        message = "with 'min: 0' the service has no load to scale on, and never starts a task"
        yield Fault("scale-limits", message, (*path, "min"), "set 'min: 1', or 'max: 0' to stop the service")
    elif most > least and not any(scale[one] for one in _LOADS):
        message = "no scaling metric is set"
        help_text = "set 'cpu' or 'memory' to a percentage, or 'min' and 'max' to the same number"
        yield Fault("scale-limits", message, path, help_text)


def _starts_first(scale: Mapping[str, Json]) -> bool:
    """Whether something starts a task where none runs: a queue, or a step of a metric that is there without tasks."""
    steps = (step for one in scale["metrics"].values() if one["of"] is None for step in one["steps"])
    return bool(scale["queue"]) or any(isinstance(step["add"], int) for step in steps)


def _counted(scale: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    """Container Insights has the number of tasks."""
    if spec.at("ecs").settings["container_insights"] != "disabled":
        return
    help_text = "set 'ecs: {container_insights: enabled}'"
    if scale["queue"]:
        message = "scaling by queue needs the task count of Container Insights, which is disabled"
        yield Fault("scale-limits", message, ("scale", "queue"), help_text)
    for word, one in scale["metrics"].items():
        if "tasks" in (one["of"], *(part["of"] for part in one["metrics"].values())):
            message = "Container Insights counts the 'tasks', and it is disabled"
            yield Fault("scale-limits", message, ("scale", "metrics", word), help_text)


def _words(scale: Mapping[str, Json]) -> Iterator[Fault]:
    """Each has logical ids of its own; those of `steps` are named after the CPU."""
    seen: dict[str, str] = {"Cpu": "steps"} if scale["steps"] else {}
    for word in scale["metrics"]:
        first = seen.setdefault(pascal(word), word)
        if first != word:
            message = f"its name gives the same logical ids as '{first}'"
            yield Fault("duplicate-name", message, ("scale", "metrics", word), "rename one of the two")


def _metric(one: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    yield from _measured(one, path)
    for name, part in one["metrics"].items():
        yield from _named(part, (*path, "metrics", name), "'of'")
    if bool(one["steps"]) == (one["target"] is not None):
        message = "'target' and 'steps' exclude each other" if one["steps"] else "neither 'target' nor 'steps' is set"
        help_text = "remove one of the two" if one["steps"] else "set the 'target' to keep it at, or 'steps'"
        yield Fault("one-of-two" if one["steps"] else "missing-property", message, path, help_text)
    if one["steps"] and not one["scale_in"]:
        message = "'scale_in' is of a 'target': of 'steps' those that remove tasks can be left out"
        yield Fault("unused-setting", message, (*path, "scale_in"), "remove it")
    if one["period"] * one["periods"] > _DAY:
        message = f"{one['periods']} periods of {one['period']} seconds are more than CloudWatch looks back"
        yield Fault("out-of-range", message, (*path, "periods"), f"at most {_DAY // one['period']} of them")
    yield from _steps(one["steps"], (*path, "steps"))


def _measured(one: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    own = [word for word in _OF_ONE if one[word]] + (["statistic"] if one["statistic"] != _STATISTIC else [])
    if one["expression"] is None:
        yield from _named(one, path, "'of' or 'expression'")
        if one["metrics"]:
            message = "'metrics' are of an 'expression', which is not set"
            yield Fault("unused-setting", message, (*path, "metrics"), "add an 'expression', or remove them")
    elif own:
        message = f"'{own[0]}' and 'expression' exclude each other: an expression reads 'metrics'"
        yield Fault("one-of-two", message, (*path, own[0]), "remove one of the two")
    elif is_query(one["expression"]):
        message = "scaling takes no query of Metrics Insights"
        yield Fault("not-allowed", message, (*path, "expression"), "name the metrics in 'metrics'")
    else:
        yield from expression_faults(one["expression"], one["metrics"], path)


def _named(one: Mapping[str, Json], path: Path, instead: str) -> Iterator[Fault]:
    """A metric is one of the service, or has a namespace and a name."""
    if one["of"] is None:
        for word in ("namespace", "metric"):
            if not one[word]:
                message = f"'{word}' is required without {instead}"
                yield Fault("missing-property", message, path, f"add '{word}', or 'of: cpu' for the service's own")
        return
    for word in ("namespace", "metric", "dimensions"):
        if one[word]:
            message = f"'{word}' and 'of' exclude each other: the service's own metrics are known"
            yield Fault("one-of-two", message, (*path, word), "remove one of the two")


def _steps(steps: Sequence[Mapping[str, Json]], path: Path) -> Iterator[Fault]:
    """Source: Application Auto Scaling API, StepAdjustment: bounds neither overlap nor leave a gap."""
    faults = [fault for index, step in enumerate(steps) for fault in _step(step, (*path, index))]
    yield from faults
    if faults:
        return
    for side, change in (("above", "add"), ("below", "remove")):
        there = [(index, step) for index, step in enumerate(steps) if step[side] is not None]
        yield from _side(there, (side, change), path)
    yield from _apart(steps, path)


def _step(step: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    there = frozenset(word for word in ("above", "below", "add", "remove") if step[word] is not None)
    if there not in (frozenset(("above", "add")), frozenset(("below", "remove"))):
        message = "a step has 'above' with 'add', or 'below' with 'remove'"
        yield Fault("scale-steps", message, path, "write it as {above: 60, add: 1} or {below: 20, remove: 1}")


def _side(there: Sequence[tuple[int, Mapping[str, Json]]], words: tuple[str, str], path: Path) -> Iterator[Fault]:
    side, change = words
    for (_, first), (index, step) in itertools.combinations(there, 2):
        if first[side] == step[side]:
            message = f"another step is {side} {step[side]:g} too"
            yield Fault("scale-steps", message, (*path, index, side), "give it another bound, or remove one of the two")
            break
    for index, step in there[1:]:
        if isinstance(step[change], str) != isinstance(there[0][1][change], str):
            message = f"steps that {change} tasks are all numbers, or all percentages"
            yield Fault("scale-steps", message, (*path, index, change), f"write it as '{there[0][1][change]}' is")
            break
    if len(there) > _MOST_STEPS:
        message = f"{len(there)} steps {side} a value, and a policy takes {_MOST_STEPS}"
        yield Fault("scale-steps", message, (*path, there[_MOST_STEPS][0]), "use fewer, further apart")


def _apart(steps: Sequence[Mapping[str, Json]], path: Path) -> Iterator[Fault]:
    highest = max((one["below"] for one in steps if one["below"] is not None), default=None)
    lowest = min((one["above"] for one in steps if one["above"] is not None), default=None)
    if highest is not None and lowest is not None and highest > lowest:
        message = f"between {lowest:g} and {highest:g} tasks are added and removed at once"
        yield Fault("scale-steps", message, path, f"no 'below' higher than {lowest:g}")


def _capacity(data: Mapping[str, Json]) -> Iterator[Fault]:
    """Source: ECS API, CapacityProviderStrategyItem: one weight at least is above 0."""
    capacity = data["capacity"]
    if capacity is None:
        return
    if data["spot"]:
        message = "'spot' and 'capacity' exclude each other"
        yield Fault("one-of-two", message, ("spot",), "remove one of the two")
    if capacity["on_demand"] == capacity["spot"] == 0:
        message = "no tasks can run beyond 'base': both weights are 0"
        yield Fault("scale-limits", message, ("capacity",), "set 'on_demand' or 'spot' to 1")
