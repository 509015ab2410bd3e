"""Metrics of one's own that a service scales by: of the service itself, of any namespace, or an expression."""

from __future__ import annotations

from collections.abc import Mapping

from troposphere import GetAtt, Ref
from troposphere import applicationautoscaling as scaling

from compiler.program.component import Component, Value
from compiler.shared.cluster import CLUSTER_ID
from compiler.shared.metric_expressions import RESULT
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_OF_SERVICE = {
    "cpu": ("AWS/ECS", "CPUUtilization"),
    "memory": ("AWS/ECS", "MemoryUtilization"),
    "tasks": ("ECS/ContainerInsights", "RunningTaskCount"),
}
_ONE = "metric"
"""Id of a metric that no expression reads."""


@frozen()
class Measure:
    """One metric of an expression."""

    of: str | None
    namespace: str | None
    metric: str | None
    dimensions: Mapping[str, str]
    statistic: str


@frozen()
class Step:
    """What the values of a metric beyond a bound change: a number of tasks, or a percentage as text."""

    above: float | None
    below: float | None
    add: int | str | None
    remove: int | str | None


@frozen()
class OwnMetric:
    """A metric, and the value that it is kept at or the steps that answer it."""

    of: str | None
    namespace: str | None
    metric: str | None
    dimensions: Mapping[str, str]
    statistic: str
    expression: str | None
    metrics: Mapping[str, Measure]
    target: float | None
    scale_in: bool
    steps: tuple[Step, ...]
    period: int
    periods: int

    def queries(self, service: Component) -> tuple[Mapping[str, Json], ...]:
        """As CloudWatch's MetricDataQuery without its period; the last one has the result."""
        if self.expression is None:
            one = Measure(self.of, self.namespace, self.metric, self.dimensions, self.statistic)
            return ({"Id": _ONE, **_stat(service, one), "ReturnData": True},)
        parts = [{"Id": name, **_stat(service, one), "ReturnData": False} for name, one in sorted(self.metrics.items())]
        return (*parts, {"Id": RESULT, "Expression": self.expression, "ReturnData": True})


def cpu_steps(steps: tuple[Step, ...]) -> OwnMetric:
    """Steps by the average use of CPU, as `metrics` would have them."""
    return OwnMetric(
        of="cpu",
        namespace=None,
        metric=None,
        dimensions={},
        statistic="Average",
        expression=None,
        metrics={},
        target=None,
        scale_in=True,
        steps=steps,
        period=60,
        periods=1,
    )


def _stat(service: Component, one: Measure) -> Mapping[str, Json]:
    namespace, metric = _OF_SERVICE[one.of] if one.of else (one.namespace, one.metric)
    dimensions: Mapping[str, Value] = own_dimensions(service) if one.of else dict(sorted(one.dimensions.items()))
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    about = {"Namespace": namespace, "MetricName": metric, "Dimensions": named}
    return {"MetricStat": {"Metric": about, "Stat": one.statistic}}


def own_dimensions(service: Component) -> dict[str, Value]:
    return {"ClusterName": Ref(CLUSTER_ID), "ServiceName": GetAtt(service.main_id, "Name")}


def tracked(queries: tuple[Mapping[str, Json], ...]) -> scaling.CustomizedMetricSpecification:
    """Queries as target tracking takes them.

    Source: Application Auto Scaling user guide, "Create a target tracking scaling policy using metric math".
    """
    return scaling.CustomizedMetricSpecification(Metrics=[_data_query(one) for one in queries])


def _data_query(one: Mapping[str, Json]) -> scaling.TargetTrackingMetricDataQuery:
    given = {key: value for key, value in one.items() if key != "MetricStat"}
    if "MetricStat" in one:
        about = one["MetricStat"]["Metric"]
        named = [scaling.TargetTrackingMetricDimension(**dimension) for dimension in about["Dimensions"]]
        metric = scaling.TargetTrackingMetric(
            Namespace=about["Namespace"], MetricName=about["MetricName"], **({"Dimensions": named} if named else {})
        )
        given["MetricStat"] = scaling.TargetTrackingMetricStat(Metric=metric, Stat=one["MetricStat"]["Stat"])
    return scaling.TargetTrackingMetricDataQuery(**given)
