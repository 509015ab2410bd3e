"""Own alarms: on a metric, or on an expression over several."""

from __future__ import annotations

from collections.abc import Mapping

from compiler.language.names import pascal
from compiler.program.component import AlarmSpec
from compiler.shared.metric_expressions import RESULT, is_query
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

SIDES = {
    "above": "GreaterThanThreshold",
    "at_least": "GreaterThanOrEqualToThreshold",
    "below": "LessThanThreshold",
    "at_most": "LessThanOrEqualToThreshold",
    "outside": "LessThanLowerOrGreaterThanUpperThreshold",
}


@frozen()
class Metric:
    """One metric of an expression."""

    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str


@frozen()
class Custom:
    """An own alarm."""

    description: str | None
    namespace: str | None
    metric: str | None
    dimensions: Mapping[str, str]
    statistic: str
    period: int
    threshold: float | None
    when: str
    band: float | None
    expression: str | None
    metrics: Mapping[str, Metric]
    severity: str
    periods: int
    datapoints: int | None
    missing: str

    def spec(self, name: str) -> AlarmSpec:
        return AlarmSpec(
            name=pascal(name),
            description=self.description or self._in_words(),
            metrics=self._queries(),
            threshold=self.threshold or 0,
            comparison=SIDES[self.when],
            evaluation_periods=self.periods,
            datapoints=self.datapoints or self.periods,
            missing=self.missing,
            band=self.band,
        )

    def _in_words(self) -> str:
        what, side = self.expression or self.metric, self.when.replace("_", " ")
        return f"{what} is {side} {'what is expected' if self.band else f'{self.threshold:g}'}"[:1010]

    def _queries(self) -> tuple[Mapping[str, Json], ...]:
        if not self.expression:
            own = Metric(str(self.namespace), str(self.metric), self.dimensions, self.statistic)
            return (_query("metric", own, self.period),)
        parts = [{**_query(name, one, self.period), "ReturnData": False} for name, one in sorted(self.metrics.items())]
        queried = {"Period": self.period} if is_query(self.expression) else {}
        return (*parts, {"Id": RESULT, "Expression": self.expression, "ReturnData": True, **queried})


def _query(name: str, metric: Metric, period: int) -> Mapping[str, Json]:
    dimensions = [{"Name": key, "Value": value} for key, value in sorted(metric.dimensions.items())]
    named = {"Namespace": metric.namespace, "MetricName": metric.metric, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": named, "Period": period, "Stat": metric.statistic}}
