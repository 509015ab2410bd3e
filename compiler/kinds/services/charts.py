"""Graphs of a service: its load, and the requests of each ingress."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from compiler.kinds.services.target_groups import WayIn, target_dimensions
from compiler.program.component import Chart, Component, Value


def load_chart(service: Component, dimensions: Mapping[str, Value]) -> Chart:
    metrics = ("CPUUtilization", "MemoryUtilization")
    return Chart(f"Service {service.name}: load", tuple(("AWS/ECS", metric, *_flat(dimensions)) for metric in metrics))


def request_charts(service: Component, way: WayIn) -> Iterator[Chart]:
    name = f"{service.name} ({way.word})" if way.word else service.name
    target = _flat(target_dimensions(service, way))
    counts = ("RequestCount", "HTTPCode_Target_5XX_Count")
    yield Chart(f"Service {name}: requests", tuple(("AWS/ApplicationELB", metric, *target) for metric in counts), "Sum")
    slow = (("AWS/ApplicationELB", "TargetResponseTime", *target),)
    yield Chart(f"Service {name}: response time", slow, "p95")


def _flat(dimensions: Mapping[str, Value]) -> tuple[Value, ...]:
    return tuple(part for pair in dimensions.items() for part in pair)
