"""CloudWatch metrics as alarms ask for them."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.program.component import AlarmSpec, Value
from compiler.source.json_value import Json


def query(namespace: str, name: str, statistic: str, dimensions: Mapping[str, Value]) -> Mapping[str, Json]:
    """The one MetricDataQuery of an alarm, per minute."""
    return _query("metric", 60, statistic, _metric(namespace, name, dimensions))


def five_minutes(namespace: str, name: str, statistic: str, dimensions: Mapping[str, Value]) -> Mapping[str, Json]:
    """The one MetricDataQuery of an alarm, in periods of five minutes."""
    return _query("value", 300, statistic, _metric(namespace, name, dimensions))


def lasting(name: str, about: str, metric: Mapping[str, Json], threshold: float) -> AlarmSpec:
    """An alarm above the threshold in each of three periods of `metric`."""
    return AlarmSpec(
        name=name, description=about, metrics=(metric,), threshold=threshold, evaluation_periods=3, datapoints=3
    )


def _metric(namespace: str, name: str, dimensions: Mapping[str, Value]) -> Mapping[str, Json]:
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"Namespace": namespace, "MetricName": name, "Dimensions": named}


def _query(query_id: str, period: int, statistic: str, metric: Mapping[str, Json]) -> Mapping[str, Json]:
    return {"Id": query_id, "MetricStat": {"Metric": metric, "Period": period, "Stat": statistic}}
