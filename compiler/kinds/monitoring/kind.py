"""Alarms and the dashboard, gathered from all components."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from troposphere import AWSObject, GetAtt, cloudwatch

from compiler.kinds.monitoring.alarms import alarm
from compiler.kinds.monitoring.channels import Channels, PagerDuty, Slack, Teams, channels
from compiler.kinds.monitoring.dashboard import body
from compiler.language.names import pascal
from compiler.program.component import AlarmSpec, Chart, Component, Platform
from compiler.program.frozen import frozen

_SIDES = {
    "above": "GreaterThanThreshold",
    "at_least": "GreaterThanOrEqualToThreshold",
    "below": "LessThanThreshold",
    "at_most": "LessThanOrEqualToThreshold",
}


@frozen()
class Change:
    """What is different in an alarm that comes with a component."""

    enabled: bool
    threshold: float | None
    periods: int | None
    datapoints: int | None

    def applied(self, spec: AlarmSpec) -> AlarmSpec:
        """`spec` with this change; periods that are said alone must all be beyond the threshold."""
        threshold = spec.threshold if self.threshold is None else self.threshold
        datapoints = self.datapoints or self.periods or spec.datapoints
        periods = self.periods or max(spec.evaluation_periods, datapoints)
        return replace(spec, threshold=threshold, evaluation_periods=periods, datapoints=datapoints)


@frozen()
class Custom:
    """An own alarm on any metric."""

    description: str | None
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    period: int
    threshold: float
    when: str
    periods: int
    datapoints: int | None
    missing: str

    def spec(self, name: str) -> AlarmSpec:
        dimensions = [{"Name": key, "Value": value} for key, value in sorted(self.dimensions.items())]
        metric = {"Namespace": self.namespace, "MetricName": self.metric, "Dimensions": dimensions}
        measured = {"Id": "metric", "MetricStat": {"Metric": metric, "Period": self.period, "Stat": self.statistic}}
        return AlarmSpec(
            name=pascal(name),
            description=self.description or f"{self.metric} is {self.when.replace('_', ' ')} {self.threshold:g}",
            metrics=(measured,),
            threshold=self.threshold,
            comparison=_SIDES[self.when],
            evaluation_periods=self.periods,
            datapoints=self.datapoints or self.periods,
            missing=self.missing,
        )


@frozen(kw_only=True)
class Monitoring(Component):
    """One for the whole platform, after everything else."""

    notify: str | None
    slack: Slack | None
    teams: Teams | None
    pagerduty: PagerDuty | None
    dashboard: bool
    default_alarms: bool
    tune: Mapping[str, Change]
    custom: Mapping[str, Custom]

    @property
    def main_id(self) -> str:
        return f"{self.stem}Dashboard"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        found = tuple(self._alarms(platform))
        yield from found
        if self.notify:
            topic = platform.components[self.notify].attributes()["arn"]
            yield from channels(self, platform, Channels(self.slack, self.teams, self.pagerduty, topic))
        if self.dashboard:
            name = f"{platform.name}-{platform.environment}"
            states = [GetAtt(str(one.title), "Arn") for one in found]
            charts = [chart for one in platform.built for chart in one.charts(platform)]
            title = f"{platform.name} {platform.environment}"
            text = body(title, platform.region, states, charts)
            yield cloudwatch.Dashboard(self.main_id, DashboardName=name, DashboardBody=text)

    def _alarms(self, platform: Platform) -> Iterator[cloudwatch.Alarm]:
        topic = platform.components[self.notify].attributes()["arn"] if self.notify else None
        prefix = f"{platform.name}-{platform.environment}"
        for component, spec in self._default_specs(platform):
            logical_id = f"{component.stem}{spec.name}Alarm"
            yield alarm(logical_id, f"{prefix}-{component.address}-{spec.name}", spec, topic)
        for name, custom in self.custom.items():
            yield alarm(f"{self.stem}{pascal(name)}CustomAlarm", f"{prefix}-{name}", custom.spec(name), topic)

    def _default_specs(self, platform: Platform) -> Iterator[tuple[Component, AlarmSpec]]:
        components = platform.built if self.default_alarms else ()
        for component in components:
            for spec in component.alarms(platform):
                change = self._change(component, spec)
                if not change or change.enabled:
                    yield component, change.applied(spec) if change else spec

    def _change(self, component: Component, spec: AlarmSpec) -> Change | None:
        """A name without its number means all alarms that differ in nothing but their number."""
        names = (spec.name, spec.name.rstrip("0123456789"))
        return next((self.tune[key] for name in names if (key := f"{component.address}.{name}") in self.tune), None)

    def alarms(self, platform: Platform) -> Iterable[AlarmSpec]:
        """All functions of an account share its concurrency (Lambda developer guide, monitoring concurrency)."""
        if not _has_functions(platform):
            return
        running = {"Namespace": "AWS/Lambda", "MetricName": "ConcurrentExecutions"}
        yield AlarmSpec(
            name="LambdaConcurrency",
            description="All functions of the account and region run at more than 80 % of its concurrency limit",
            metrics=(
                {"Id": "running", "MetricStat": {"Metric": running, "Period": 60, "Stat": "Maximum"}},
                {"Id": "share", "Expression": "running / SERVICE_QUOTA(running) * 100", "Label": "% of the limit"},
            ),
            threshold=80,
        )

    def charts(self, platform: Platform) -> Iterable[Chart]:
        if _has_functions(platform):
            yield Chart("Concurrent executions of the account", (("AWS/Lambda", "ConcurrentExecutions"),), "Maximum")


def _has_functions(platform: Platform) -> bool:
    return any(component.section == "functions" for component in platform.built)


KIND = Monitoring
