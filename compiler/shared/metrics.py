"""A CloudWatch metric as alarms ask for it."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.program.component import Value
from compiler.source.json_value import Json


def query(namespace: str, name: str, statistic: str, dimensions: Mapping[str, Value]) -> Mapping[str, Json]:
    """The one MetricDataQuery of an alarm, per minute."""
    named = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    metric = {"Namespace": namespace, "MetricName": name, "Dimensions": named}
    return {"Id": "metric", "MetricStat": {"Metric": metric, "Period": 60, "Stat": statistic}}
