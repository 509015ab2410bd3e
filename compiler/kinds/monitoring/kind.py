"""Alarms and the dashboard, gathered from all components."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from troposphere import AWSObject, GetAtt, cloudwatch

from compiler.kinds.monitoring.alarms import alarm, detectors
from compiler.kinds.monitoring.changes import Change, changes_of, is_on, severity_of
from compiler.kinds.monitoring.channels import Channel, PagerDuty, Slack, Teams, Told, channels
from compiler.kinds.monitoring.composite import LONGEST_RULE, Composite, Raised, composite_alarm
from compiler.kinds.monitoring.custom import Custom
from compiler.kinds.monitoring.dashboard import bodies
from compiler.kinds.monitoring.log_alarms import LogAlarm, namespace
from compiler.kinds.monitoring.planned import Planned
from compiler.kinds.monitoring.severities import default_severity
from compiler.language.names import pascal
from compiler.meaning.fault import Fault
from compiler.program.component import AlarmSpec, Chart, Component, Platform, Value
from compiler.source.document import Path
from compiler.source.frozen import frozen


@frozen(kw_only=True)
class Monitoring(Component):
    """One for the whole platform, after everything else."""

    notify: str | None
    slack: Slack | None
    teams: Teams | None
    pagerduty: PagerDuty | None
    channels: Mapping[str, Channel]
    severities: Mapping[str, tuple[str, ...] | None]
    dashboard: bool
    default_alarms: bool
    tune: Mapping[str, Change]
    custom: Mapping[str, Custom]
    log_alarms: Mapping[str, LogAlarm]
    composite: Mapping[str, Composite]

    @property
    def main_id(self) -> str:
        return f"{self.stem}Dashboard"

    def build(self, platform: Platform) -> Iterable[AWSObject]:
        planned = tuple(self._planned(platform))
        found = [*self._alarms(platform, planned), *self._composites(platform, planned)]
        yield from found
        yield from detectors(self.stem, planned)
        for name, one in self.log_alarms.items():
            yield from one.filters(self.stem, name, platform)
        yield from channels(self, platform, tuple(self._told(platform)))
        if self.dashboard:
            name = platform.name_in_account
            states = [GetAtt(str(one.title), "Arn") for one in found]
            charts = [chart for one in platform.built for chart in one.charts(platform)]
            title = f"{platform.name} {platform.environment}"
            for number, text in enumerate(bodies(title, platform.region, states, charts), 1):
                logical_id, shown = (
                    (self.main_id, name) if number == 1 else (f"{self.main_id}{number}", f"{name}-{number}")
                )
                yield cloudwatch.Dashboard(logical_id, DashboardName=shown, DashboardBody=text)

    def _told(self, platform: Platform) -> Iterator[Told]:
        """The channel of `monitoring` itself, and the named ones."""
        own = [("", Channel(self.notify, self.slack, self.teams, self.pagerduty))] if self.notify else []
        for name, channel in (*own, *self.channels.items()):
            yield Told(name, channel, platform.components[channel.notify].attributes()["arn"])

    def _topics(self, platform: Platform, severity: str) -> tuple[Value, ...]:
        """Topics that are told of alarms of that severity."""
        names = self.severities.get(severity) or ("",)
        topics = {told.name: told.topic for told in self._told(platform)}
        return tuple(topics[name] for name in names if name in topics)

    def _alarms(self, platform: Platform, planned: Iterable[Planned]) -> Iterator[cloudwatch.Alarm]:
        for one in planned:
            yield alarm(one, self._topics(platform, one.severity))

    def _composites(self, platform: Platform, planned: Iterable[Planned]) -> Iterator[cloudwatch.CompositeAlarm]:
        ids = self._ids(planned)
        for name, one in self.composite.items():
            about = self._about(one.severity, one.in_words())
            topics = self._topics(platform, one.severity)
            raised = Raised(ids[name], f"{_prefix(platform)}-{name}", about, topics)
            yield composite_alarm(raised, one, ids)

    def _ids(self, planned: Iterable[Planned]) -> Mapping[str, str]:
        """Name of an alarm in a rule → its logical id."""
        ids = {name: one.logical_id for one in planned for name in one.known_as}
        return {**ids, **{name: f"{self.stem}{pascal(name)}CompositeAlarm" for name in self.composite}}

    def _names(self, platform: Platform) -> Mapping[str, str]:
        """Name of an alarm in a rule → its name in CloudWatch."""
        names = {name: one.name for one in self._planned(platform) for name in one.known_as}
        return {**names, **{name: f"{_prefix(platform)}-{name}" for name in self.composite}}

    def refused(self, platform: Platform) -> Iterator[Fault]:
        names = self._names(platform) if self.composite else {}
        for name, one in self.composite.items():
            yield from _refused(one, ("composite", name), names, platform)
        for name, log_alarm in self.log_alarms.items():
            if not log_alarm.components(platform) and not log_alarm.groups:
                message = f"nothing that '{name}' looks at has a log group in {platform.region}"
                yield Fault("no-log-group", message, ("log_alarms", name), "name components that log in 'of'")

    def _planned(self, platform: Platform) -> Iterator[Planned]:
        prefix = _prefix(platform)
        yield from self._of_components(platform)
        for name, custom in self.custom.items():
            spec, about = custom.spec(name), custom.severity
            words = self._about(about, spec.description)
            yield Planned(f"{self.stem}{pascal(name)}CustomAlarm", f"{prefix}-{name}", spec, about, words, (name,))
        for name, log_alarm in self.log_alarms.items():
            yield from self._of_logs(platform, name, log_alarm)

    def _of_logs(self, platform: Platform, name: str, log_alarm: LogAlarm) -> Iterator[Planned]:
        for metric, components in log_alarm.metrics(name, platform).items():
            spec = log_alarm.spec(name, platform, metric)
            words = self._about(log_alarm.severity, spec.description)
            own = components[0].stem if log_alarm.separate else ""
            logical_id = f"{self.stem}{pascal(name)}LogAlarm{own}"
            alarm_name = f"{_prefix(platform)}-{metric}"
            yield Planned(logical_id, alarm_name, spec, log_alarm.severity, words, () if own else (name,))

    def _of_components(self, platform: Platform) -> Iterator[Planned]:
        for component in platform.built if self.default_alarms else ():
            kind = platform.schema.kinds[component.section]
            for spec in component.alarms(platform):
                changes = changes_of(self.tune, component, spec.name)
                if is_on(changes):
                    severity = severity_of(changes, default_severity(kind, spec.name))
                    yield self._of_component(platform, component, _changed(spec, changes), severity)

    def _of_component(self, platform: Platform, component: Component, spec: AlarmSpec, severity: str) -> Planned:
        name = f"{_prefix(platform)}-{component.address}-{spec.name}"
        known_as = (f"{component.path}.{spec.name}", f"{component.path.rpartition('.')[2]}.{spec.name}")
        about = self._about(severity, spec.description)
        return Planned(f"{component.stem}{spec.name}Alarm", name, spec, severity, about, known_as)

    def _about(self, severity: str, description: str) -> str:
        """What people read; the severity first where severities go different ways."""
        return f"[{severity}] {description}" if any(self.severities.values()) else description

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
        for name, one in self.log_alarms.items():
            rows = tuple((namespace(platform), metric) for metric in one.metrics(name, platform))
            yield Chart(f"Logs: {name}", rows, one.statistic)


def _elsewhere(platform: Platform, name: str) -> str:
    """The alarm of another component that has its place; empty where there is none."""
    reference, _, alarm = name.rpartition(".")
    meant = (one for one in platform.components.values() if reference in (one.name, one.path))
    found = (one.alarms_elsewhere(platform).get(alarm) for one in meant)
    return next((f"{address}.{alarm}" for address in found if address), "")


def _refused(one: Composite, path: Path, names: Mapping[str, str], platform: Platform) -> Iterator[Fault]:
    missing = [name for name in one.alarms if name not in names]
    for name in missing:
        other = _elsewhere(platform, name)
        help_text = f"name '{other}', which has it in its place" if other else "take it out of the rule"
        yield Fault("no-such-alarm", f"the alarm '{name}' is not created with these settings", path, help_text)
    if not missing and one.length(names) > LONGEST_RULE:
        message = f"with the whole names of its alarms the rule has {one.length(names)} characters"
        yield Fault("out-of-range", message, (*path, "rule"), f"divide it: CloudWatch takes {LONGEST_RULE}")


def _prefix(platform: Platform) -> str:
    return f"{platform.name}-{platform.environment}"


def _changed(spec: AlarmSpec, changes: Iterable[Change]) -> AlarmSpec:
    for change in changes:
        spec = change.applied(spec)
    return spec


def _has_functions(platform: Platform) -> bool:
    return any(component.section == "functions" for component in platform.built)


KIND = Monitoring
