"""Checks of monitoring: somebody is told, and what is tuned is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from compiler.meaning.fault import Fault
from compiler.meaning.resolved import ResolvedComponent, ResolvedSpec
from compiler.shared.arns import region_in
from compiler.source.diagnostics import did_you_mean
from compiler.source.document import Path
from compiler.source.interpolation import OPEN
from compiler.source.json_value import Json

_HOUR, _DAY, _LONGEST = 3600, 86_400, 7 * 86_400
"""Seconds that an alarm may look back (CloudWatch API reference, PutMetricAlarm)."""


def check(component: ResolvedComponent, spec: ResolvedSpec) -> Iterable[Fault]:
    data = component.settings
    yield from _told(data, spec)
    yield from _channels(data)
    if data["tune"] and not data["default_alarms"]:
        message = "'tune' changes alarms that 'default_alarms: false' leaves out"
        yield Fault("unused-setting", message, ("tune",), "remove one of the two")
    for key, change in data["tune"].items():
        yield from _known(key, spec)
        yield from _datapoints(change, ("tune", key))
    for name, custom in data["custom"].items():
        yield from _datapoints(custom, ("custom", name))
        yield from _back(custom["period"], custom["periods"], ("custom", name, "periods"))


def _back(period: int, periods: int, path: Path) -> Iterator[Fault]:
    most = _LONGEST if period >= _HOUR else _DAY
    if period * periods > most:
        message = f"{periods} periods of {period} seconds are more than CloudWatch looks back"
        help_text = f"at most {most // period} of them; periods of an hour and more reach back seven days, others one"
        yield Fault("out-of-range", message, path, help_text)


def _told(data: Mapping[str, Json], spec: ResolvedSpec) -> Iterator[Fault]:
    topic = spec.component(data["notify"], "topics")
    if not data["notify"] and (data["default_alarms"] or data["custom"]):
        help_text = "name a topic in 'notify', or set 'default_alarms: false'"
        yield Fault("missing-property", "its alarms notify no topic: 'notify' is not set", (), help_text)
    elif topic and topic.settings["fifo"]:
        message = f"'{data['notify']}' is fifo, and CloudWatch notifies standard topics only"
        yield Fault("fifo-limit", message, ("notify",), "name a topic that is not fifo")
    elif topic and topic.settings["existing"]:
        yield from _near(data["notify"], topic.settings["existing"], spec.region)


def _near(name: str, existing: Json, region: str) -> Iterator[Fault]:
    arn = str(existing["id"] if isinstance(existing, Mapping) else existing)
    if arn.startswith("arn:") and OPEN not in arn and region_in(arn) != region:
        message = f"'{name}' is in {region_in(arn)}, and CloudWatch notifies topics of its own region, {region}, only"
        yield Fault("not-allowed", message, ("notify",), f"name a topic of {region}")


def _channels(data: Mapping[str, Json]) -> Iterator[Fault]:
    for word in ("slack", "teams", "pagerduty"):
        if data[word] and not data["notify"]:
            message = f"'{word}' needs the topic in 'notify', which is not set"
            yield Fault("missing-property", message, (word,), "name a topic in 'notify'")


def _known(key: str, spec: ResolvedSpec) -> Iterator[Fault]:
    name, _, alarm = key.rpartition(".")
    component = spec.component(name)
    if not component and spec.candidates(name):
        return  # that it can mean several is reported where references are
    if not component:
        names = [one.address if "." in name else one.name for one in spec.components()]
        yield Fault("unknown-component", f"there is no component '{name}'", ("tune", key), did_you_mean(name, names))
        return
    known = component.kind.get("x-alarms", {})
    if alarm not in known and alarm.rstrip("0123456789") not in known:
        message = f"'{name}' in {component.section} has no alarm '{alarm}'"
        yield Fault("unknown-alarm", message, ("tune", key), did_you_mean(alarm, known))


def _datapoints(said: Mapping[str, Json], path: Path) -> Iterator[Fault]:
    periods, datapoints = said["periods"], said["datapoints"]
    if periods and datapoints and datapoints > periods:
        message = f"{datapoints} of {periods} periods can't be beyond the threshold"
        yield Fault("out-of-range", message, (*path, "datapoints"), f"at most {periods}")
