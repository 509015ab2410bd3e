"""Alarms of the tasks of a service: their load, and their number."""

from __future__ import annotations

from compiler.kinds.services.own_metrics import own_dimensions
from compiler.program.component import AlarmSpec, Component
from compiler.shared.metrics import query


def load_alarm(service: Component, name: str, metric: str, word: str) -> AlarmSpec:
    return AlarmSpec(
        name=name,
        description=f"{service.name} uses more than 90 % of its {word} for 15 minutes",
        metrics=(query("AWS/ECS", metric, "Average", own_dimensions(service)),),
        threshold=90,
        evaluation_periods=15,
        datapoints=15,
    )


def too_few_alarm(service: Component, fewest: int, minutes: int) -> AlarmSpec:
    return AlarmSpec(
        name="TasksMissing",
        description=f"{service.name} runs fewer than its {fewest} tasks for {minutes} minutes",
        metrics=(query("ECS/ContainerInsights", "RunningTaskCount", "Minimum", own_dimensions(service)),),
        threshold=fewest,
        comparison="LessThanThreshold",
        evaluation_periods=minutes,
        datapoints=minutes,
    )
