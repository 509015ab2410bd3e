"""Alarms on patterns in logs: metric filters and what they count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from troposphere import logs

from compiler.kinds.monitoring.custom import SIDES
from compiler.language.names import pascal
from compiler.program.component import AlarmSpec, Component, Platform
from compiler.shared.logs import named_group, own_group, subscribed
from compiler.source.frozen import frozen
from compiler.source.json_value import Json

_ONE = "1"


@frozen()
class LogAlarm:
    """A pattern, and the alarm on how often it is met."""

    description: str | None
    pattern: str
    of: tuple[str, ...] | None
    groups: tuple[str, ...]
    separate: bool
    value: str
    statistic: str
    period: int
    threshold: float
    when: str
    periods: int
    datapoints: int | None
    missing: str
    severity: str

    def components(self, platform: Platform) -> tuple[Component, ...]:
        """Those with log groups in the platform's region; all of them where neither they nor groups are named."""
        every = () if self.groups else platform.built
        named = every if self.of is None else tuple(platform.components[address] for address in self.of)
        return tuple(one for one in named if subscribed(platform, one))

    def metrics(self, name: str, platform: Platform) -> Mapping[str, tuple[Component, ...]]:
        """Name of the metric → the components whose logs it counts.

        A name of an alarm has no dot and an address no slash, and neither has the name of a platform or environment, so
        that no two of them meet in one namespace.
        """
        found = self.components(platform)
        return {f"{name}/{one.address}": (one,) for one in found} if self.separate else {name: found}

    def filters(self, stem: str, name: str, platform: Platform) -> Iterator[logs.MetricFilter]:
        for metric, components in self.metrics(name, platform).items():
            own = (own_group(group) for one in components for group in subscribed(platform, one))
            for group in (*own, *map(named_group, self.groups)):
                yield logs.MetricFilter(
                    f"{stem}{pascal(name)}LogAlarmOf{group.suffix}",
                    LogGroupName=group.name,
                    FilterPattern=self.pattern,
                    MetricTransformations=[self._counted(namespace(platform), metric)],
                )

    def _counted(self, space: str, metric: str) -> logs.MetricTransformation:
        """Where nothing matches there is a zero, but not among values that are measured."""
        zero = {"DefaultValue": 0.0} if self.value == _ONE and self.statistic == "Sum" else {}
        return logs.MetricTransformation(MetricNamespace=space, MetricName=metric, MetricValue=self.value, **zero)

    def spec(self, name: str, platform: Platform, metric: str) -> AlarmSpec:
        told: Mapping[str, Json] = {"Namespace": namespace(platform), "MetricName": metric}
        stat = {"Metric": told, "Period": self.period, "Stat": self.statistic}
        words = f"Events that match {self.pattern} are {self.when.replace('_', ' ')} {self.threshold:g}"
        return AlarmSpec(
            name=pascal(name),
            description=self.description or words[:1010],
            metrics=({"Id": "metric", "MetricStat": stat},),
            threshold=self.threshold,
            comparison=SIDES[self.when],
            evaluation_periods=self.periods,
            datapoints=self.datapoints or self.periods,
            missing=self.missing,
        )


def namespace(platform: Platform) -> str:
    """CloudWatch namespace of what is counted in logs."""
    return f"Logs/{platform.name}/{platform.environment}"
